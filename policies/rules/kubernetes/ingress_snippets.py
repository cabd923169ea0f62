"""Ingresses inject no configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.graph import Resource
from deployment.tokens import INGRESS
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No annotation injects configuration into the ingress controller."""
    annotations = resource.get("metadata.annotations")
    if isinstance(annotations, Mapping):
        for key in annotations:
            if str(key).endswith("-snippet"):
                yield Problem(f"metadata.annotations holds {key}; drop it", "metadata.annotations")


RULE = Rule(
    id="kubernetes-ingress-snippets",
    title="Ingresses inject no configuration",
    severity=Severity.HIGH,
    why="A snippet runs in the controller, which holds every namespace's certificates (CVE-2021-25742).",
    fix="Drop the annotations that end in -snippet.",
    source="https://github.com/kubernetes/kubernetes/issues/126811",
    frameworks=("checkov:CKV_K8S_152", "checkov:CKV_K8S_153", "checkov:CKV_K8S_154"),
    types=(INGRESS,),
    check=check,
    passing={"api": (INGRESS, {"metadata": {"annotations": {}}})},
    failing={
        "api": (
            INGRESS,
            {"metadata": {"annotations": {"nginx.ingress.kubernetes.io/server-snippet": "x"}}},
        )
    },
)
