"""Deployments have two replicas or a scaler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, POD_AUTOSCALER
from deployment.unknown import UNKNOWN
from policies.checks import number, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A deployment survives the loss of a node: two replicas, or a scaler that keeps two."""
    replicas = resource.get("spec.replicas")
    scalers = [
        one
        for one in context.graph.of_type(POD_AUTOSCALER[0])
        if one.get("spec.scaleTargetRef.name") == resource.get("metadata.name")
    ]
    if replicas is UNKNOWN:
        yield undecided("spec.replicas")
    elif not scalers and (number(replicas) or 0) < 2:
        yield Problem(
            f"spec.replicas is {shown(replicas)}; set it to 2 or more, or add a HorizontalPodAutoscaler",
            "spec.replicas",
        )


RULE = Rule(
    id="kubernetes-replicated",
    title="Deployments have two replicas or a scaler",
    severity=Severity.MEDIUM,
    why="One pod is gone whenever its node is drained.",
    fix="Set spec.replicas to 2 or more, or add a HorizontalPodAutoscaler.",
    source="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/",
    frameworks=("pulumi:configureMinimumReplicaCount",),
    types=(DEPLOYMENT,),
    reads_graph=True,
    check=check,
    passing={"api": (DEPLOYMENT, {"spec": {"replicas": 2}})},
    failing={"api": (DEPLOYMENT, {"spec": {"replicas": 1}})},
    undecided=[{"api": (DEPLOYMENT, {"spec": {"replicas": UNKNOWN}})}],
)
