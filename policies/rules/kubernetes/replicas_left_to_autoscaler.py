"""A Deployment with an autoscaler declares no replicas; the autoscaler's target is in the stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.manifests import namespace, object_name
from deployment.tokens import ARGO_ROLLOUT, DEPLOYMENT, POD_AUTOSCALER, REPLICA_SET, SCALED_OBJECT, STATEFUL_SET
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules.kubernetes._objects import in_namespace

KINDS: Final = {
    "Deployment": DEPLOYMENT,
    "StatefulSet": STATEFUL_SET,
    "ReplicaSet": REPLICA_SET,
    "Rollout": ARGO_ROLLOUT,
}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The target of an autoscaler is there, and leaves its replicas to it."""
    kind = str(resource.get("spec.scaleTargetRef.kind", "Deployment"))  # which KEDA takes one for that names none
    token = KINDS.get(kind)
    name = resource.get("spec.scaleTargetRef.name")
    if token is None or not isinstance(name, str):
        return
    targets = [one for one in in_namespace(context, namespace(resource), token) if object_name(one) == name]
    if not targets:
        yield Problem(
            f"scaleTargetRef names {kind} {name}, which is not in the stack; name one",
            "spec.scaleTargetRef",
        )
    for target in targets:
        ignored = any(str(path).startswith("spec") for path in target.options.get("ignoreChanges") or ())
        if not is_absent(target.get("spec.replicas")) and not ignored:
            yield Problem(
                f"spec.replicas is {shown(target.get('spec.replicas'))}, and an autoscaler sets it, too: each"
                " deployment"
                " undoes its work; leave it out, or list it in ignoreChanges",
                "spec.replicas",
                target,
            )


_SCALER: Final = (POD_AUTOSCALER[0], {"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "api"}}})

RULE = Rule(
    id="kubernetes-replicas-left-to-autoscaler",
    title="A Deployment with an autoscaler declares no replicas",
    severity=Severity.MEDIUM,
    why="Every deployment sets the number back, in the middle of the peak that the autoscaler answers.",
    fix='Leave spec.replicas out, or list "spec.replicas" in ignoreChanges.',
    source="https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    frameworks=("kube-score:deployment-targeted-by-hpa-does-not-have-replicas-configured",),
    types=(*POD_AUTOSCALER, SCALED_OBJECT),
    reads_graph=True,
    check=check,
    passing={"api": (DEPLOYMENT, {"metadata": {"name": "api"}, "spec": {}}), "scaler": _SCALER},
    failing={"api": (DEPLOYMENT, {"metadata": {"name": "api"}, "spec": {"replicas": 2}}), "scaler": _SCALER},
    also_passing=[
        {
            "api": (
                DEPLOYMENT,
                {"metadata": {"name": "api"}, "spec": {"replicas": 0}},
                {"ignoreChanges": ["spec.replicas"]},
            ),
            "scaler": _SCALER,
        }
    ],
    also_failing=[
        {"scaler": _SCALER},
        {
            "api": (DEPLOYMENT, {"metadata": {"name": "api"}, "spec": {"replicas": 2}}),
            "scaler": (SCALED_OBJECT, {"spec": {"scaleTargetRef": {"name": "api"}}}),
        },
    ],
)
