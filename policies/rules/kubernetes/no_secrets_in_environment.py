"""Containers get their credentials from Secrets, not as plain variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from policies.checks import mappings, strings, unasked
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._credentials import holds_credential, is_credential
from policies.rules._pods import PATCHES, containers, made, with_container

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No variable, command or argument of a container holds a credential."""
    for container in containers(resource):
        for variable in mappings(container.get("env")):
            name, value = variable.get("name"), unasked(variable, "value")
            if is_credential(name, value):
                path = f"{container.path}.env"
                yield Problem(
                    f"variable {name} in {path} holds what looks like a credential; take it from a Secret"
                    " (valueFrom.secretKeyRef), or mount one",
                    path,
                )
        for key in ("command", "args"):
            if holds_credential(" ".join(strings(container.get(key)))):
                path = f"{container.path}.{key}"
                yield Problem(
                    f"{path} holds what looks like a credential; take it from a Secret (valueFrom.secretKeyRef), and"
                    " refer to the variable",
                    path,
                )


RULE = Rule(
    id="kubernetes-no-secrets-in-environment",
    title="Containers get their credentials from Secrets",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Whoever may read the workload reads its variables, and so does every tool that lists it.",
    fix="Replace value by valueFrom.secretKeyRef, or mount the Secret as files.",
    source="https://kubernetes.io/docs/concepts/configuration/secret/",
    frameworks=("checkov:CKV_K8S_35",),
    types=(*WORKLOADS, *PATCHES),
    check=check,
    kind=made,
    passing={"api": (DEPLOYMENT, with_container(env=[{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {}}}]))},
    also_passing=(
        {"api": (DEPLOYMENT, with_container(args=["--db-password=$(DB_PASSWORD)", "--password-file=/run/db"]))},
    ),
    failing={"api": (DEPLOYMENT, with_container(env=[{"name": "DB_PASSWORD", "value": "correct-horse"}]))},
    also_failing=(
        {"api": (DEPLOYMENT, with_container(args=["--db-password=correct-horse"]))},
        {"api": (DEPLOYMENT, with_container(command=["sh", "-c", "PGPASSWORD=correct-horse psql"]))},
    ),
)
