"""Workloads carry the recommended labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from deployment.unknown import SECRET, UNKNOWN, Sentinel
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule

LABELS = ("app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/part-of")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A workload carries the labels that tools look for."""
    labels = resource.get("metadata.labels")
    if isinstance(labels, Sentinel):
        return
    given = labels if isinstance(labels, Mapping) else {}
    missing = [label for label in LABELS if label not in given]
    if missing:
        yield Problem(f"metadata.labels lacks {', '.join(missing)}; add them", "metadata.labels")


RULE = Rule(
    id="kubernetes-labelled",
    title="Workloads carry the recommended labels",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="Cost reports, dashboards and people find a workload by them.",
    fix="Set metadata.labels with app.kubernetes.io/name, instance and part-of.",
    source="https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
    frameworks=("pulumi:configureRecommendedLabels",),
    types=WORKLOADS,
    check=check,
    passing={"api": (DEPLOYMENT, {"metadata": {"labels": dict.fromkeys(LABELS, "api")}})},
    failing={"api": (DEPLOYMENT, {"metadata": {}})},
    undecided=[{"api": (DEPLOYMENT, {"metadata": {"labels": hidden}})} for hidden in (UNKNOWN, SECRET)],
)
