"""Secrets are files, not environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, containers, made, with_container

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No secret is passed in the environment."""
    for container in containers(resource):
        for variable in mappings(container.get("env")):
            for source in mappings(variable.get("valueFrom")):
                if not is_absent(source.get("secretKeyRef")):
                    yield Problem(
                        f"{container.path}.env.{shown(variable.get('name'))} comes from a secret; mount it",
                        f"{container.path}.env",
                    )
        for source in mappings(container.get("envFrom")):
            if not is_absent(source.get("secretRef")):
                yield Problem(f"{container.path}.envFrom comes from a secret; mount it", f"{container.path}.envFrom")


RULE = Rule(
    id="kubernetes-secrets-as-files",
    title="Secrets are files, not environment",
    severity=Severity.LOW,
    why="The environment is inherited by every child process and printed in every crash report.",
    fix="Mount the secret as a volume.",
    source="https://kubernetes.io/docs/concepts/configuration/secret/",
    frameworks=("checkov:CKV_K8S_35",),
    types=WORKLOADS,
    check=check,
    kind=made,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={
        "api": (
            DEPLOYMENT,
            with_container(env=[{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
        )
    },
    also_failing=({"api": (DEPLOYMENT, with_container(envFrom=[{"secretRef": {"name": "keys"}}]))},),
)
