"""Deployments have two replicas or a scaler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.manifests import namespace, object_name
from deployment.tokens import DEPLOYMENT, POD_AUTOSCALER, SCALED_OBJECT
from deployment.unknown import SECRET, UNKNOWN, Sentinel
from policies.checks import number, shown
from policies.context import Context
from policies.examples import Example
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules.kubernetes._objects import in_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A deployment survives the loss of a node: two replicas, or a scaler that keeps two."""
    if any(
        one.get("spec.scaleTargetRef.name") == object_name(resource)
        and one.get("spec.scaleTargetRef.kind", "Deployment") == "Deployment"
        for one in in_namespace(context, namespace(resource), *POD_AUTOSCALER, SCALED_OBJECT)
    ):
        return
    replicas = resource.get("spec.replicas")
    if not isinstance(replicas, Sentinel) and (number(replicas) or 0) < 2:
        yield Problem(
            f"spec.replicas is {shown(replicas)}; set it to 2 or more, or add a HorizontalPodAutoscaler",
            "spec.replicas",
        )


def _scaled(token: str, **target: str) -> Example:
    spec = {"scaleTargetRef": {"name": "api", **target}}
    return {"api": (DEPLOYMENT, {"metadata": {"name": "api"}}), "scaler": (token, {"spec": spec})}


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
    also_passing=(
        *(_scaled(token) for token in (*POD_AUTOSCALER, SCALED_OBJECT)),
        {
            "api": (DEPLOYMENT, {"metadata": {"name": "api"}, "spec": {"replicas": UNKNOWN}}),
            "scaler": (POD_AUTOSCALER[0], {"spec": {"scaleTargetRef": {"name": "api"}}}),
        },
    ),
    failing={"api": (DEPLOYMENT, {"spec": {"replicas": 1}})},
    also_failing=[
        {
            "api": (DEPLOYMENT, {"metadata": {"name": "api", "namespace": "plant"}}),
            "scaler": (POD_AUTOSCALER[0], {"spec": {"scaleTargetRef": {"name": "api"}}}),
        },
        _scaled(POD_AUTOSCALER[0], kind="StatefulSet"),
    ],
    undecided=[{"api": (DEPLOYMENT, {"spec": {"replicas": hidden}})} for hidden in (UNKNOWN, SECRET)],
)
