"""Pods of a Deployment are spread over zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT
from policies.checks import mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import pod_labels, pod_spec
from policies.rules.kubernetes._objects import selects

ZONE: Final = "topology.kubernetes.io/zone"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The scheduler is told to put the pods into different zones."""
    pod = pod_spec(resource)
    if pod is None:
        return
    for constraint in mappings(pod.get("topologySpreadConstraints")):
        if constraint.get("topologyKey") == ZONE:
            if not selects(constraint.get("labelSelector"), pod_labels(resource)):
                yield Problem(
                    "topologySpreadConstraints select other pods, so these are not spread; give their labels",
                    "spec.template.spec.topologySpreadConstraints",
                )
            return
    yield Problem(
        f"no topologySpreadConstraints on {ZONE}, so all pods may be in one zone; add one",
        "spec.template.spec.topologySpreadConstraints",
    )


def _spread(*constraints: Any) -> tuple[str, dict[str, Any]]:
    template = {"metadata": {"labels": {"app": "api"}}, "spec": {"topologySpreadConstraints": list(constraints)}}
    return (DEPLOYMENT, {"spec": {"template": template}})


RULE = Rule(
    id="kubernetes-spread-over-zones",
    title="Pods of a Deployment are spread over zones",
    severity=Severity.MEDIUM,
    why="A zone that fails takes every pod in it.",
    fix="Add a topologySpreadConstraint with topologyKey topology.kubernetes.io/zone and the pods' labels.",
    source="https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    frameworks=("polaris:topologySpreadConstraint",),
    types=(DEPLOYMENT,),
    check=check,
    passing={"api": _spread({"topologyKey": ZONE, "labelSelector": {"matchLabels": {"app": "api"}}})},
    failing={"api": _spread()},
    also_failing=[{"api": _spread({"topologyKey": ZONE, "labelSelector": {"matchLabels": {"app": "other"}}})}],
)
