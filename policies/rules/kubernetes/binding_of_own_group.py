"""Pods register in a target group of the stack, of their own, and before they are made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.ingresses import is_albs
from deployment.manifests import metadata_value, namespace, object_name
from deployment.tokens import DEPLOYMENT, INGRESS, KUBERNETES_SERVICE, NAMESPACE, TARGET_GROUP, TARGET_GROUP_BINDING
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import pod_labels
from policies.rules.kubernetes._objects import in_namespace, selects

GATE: Final = "elbv2.k8s.aws/pod-readiness-gate-inject"
GUIDE: Final = (
    "https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/targetgroupbinding/targetgroupbinding/"
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A binding names a Service that has pods, and a target group of type ip that nobody else has."""
    if resource.get("spec.targetType", "ip") != "ip":
        yield Problem(f"spec.targetType is {shown(resource.get('spec.targetType'))}; set it to ip", "spec.targetType")
    for group in context.graph.referenced(resource, "spec", *TARGET_GROUP):
        if group.get("targetType") != "ip":
            yield Problem(
                f"targetType is {shown(group.get('targetType'))}, and pods bind to it; set ip", "targetType", group
            )
        others = [one for one in context.pointing_at(group, "spec", TARGET_GROUP_BINDING) if one.urn != resource.urn]
        if others:
            yield Problem(
                f"{others[0].name} binds to the same target group, and each takes the other's pods out; give each"
                " its own",
                "spec",
            )
    space, name = namespace(resource), resource.get("spec.serviceRef.name")
    services = [one for one in in_namespace(context, space, KUBERNETES_SERVICE) if object_name(one) == name]
    if not services and isinstance(name, str):
        yield Problem(f"spec.serviceRef names {name}, which is not in the stack; name a Service", "spec.serviceRef")
    for service in services:
        chosen = {"matchLabels": service.get("spec.selector")}
        workloads = in_namespace(context, space, DEPLOYMENT)
        if not any(selects(chosen, pod_labels(one)) for one in workloads):
            yield Problem(
                f"the Service {name} selects no pods of the stack; give the labels of its pods", "spec", service
            )


def check_gate(context: Context) -> Iterator[Problem]:
    """A rolling update waits for the load balancer: the namespace asks for it, and the binding comes first."""
    bindings = context.graph.of_type(TARGET_GROUP_BINDING)
    ingresses = [one for one in context.graph.of_type(INGRESS) if is_albs(one, context.graph)]
    for space in context.graph.of_type(NAMESPACE):
        name = object_name(space)
        inside = [one for one in (*bindings, *ingresses) if namespace(one) == name]
        if inside and metadata_value(space, "labels", GATE) != "enabled":
            yield Problem(
                f"the label {GATE} is not enabled, so old pods go before the new ones are targets; enable it",
                "metadata.labels",
                space,
            )
    for binding in bindings:
        for workload in in_namespace(context, namespace(binding), DEPLOYMENT):
            service = binding.get("spec.serviceRef.name")
            chosen = [
                one
                for one in in_namespace(context, namespace(binding), KUBERNETES_SERVICE)
                if object_name(one) == service
            ]
            bound = any(selects({"matchLabels": one.get("spec.selector")}, pod_labels(workload)) for one in chosen)
            if bound and binding.urn not in _before(context, workload):
                yield Problem(
                    f"the Deployment does not wait for {binding.name}, so its first pods get no readiness gate; add"
                    " dependsOn",
                    None,
                    workload,
                )


def _before(context: Context, resource: Resource) -> set[str]:
    """URNs that `resource` waits for, directly or by way of others."""
    found: set[str] = set()
    todo = list(resource.dependencies)
    while todo:
        urn = todo.pop()
        if urn not in found:
            found.add(urn)
            todo += context.graph.by_urn[urn].dependencies if urn in context.graph.by_urn else ()
    return found


_LABELS: Final = {"app": "api"}
_BINDING: Final = f"urn:pulumi:example::example::{TARGET_GROUP_BINDING}::binding"


def _bound(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "space": (NAMESPACE, {"metadata": {"name": "plant", "labels": {GATE: "enabled"}}}),
        "group": (TARGET_GROUP[0], {"targetType": "ip"}),
        "service": (
            KUBERNETES_SERVICE,
            {"metadata": {"name": "api", "namespace": "plant"}, "spec": {"selector": _LABELS}},
        ),
        "binding": (
            TARGET_GROUP_BINDING,
            {
                "metadata": {"namespace": "plant"},
                "spec": {"serviceRef": {"name": "api"}, "targetGroupARN": "arn:group", "targetType": "ip"},
            },
        ),
        "api": (
            DEPLOYMENT,
            {"metadata": {"namespace": "plant"}, "spec": {"template": {"metadata": {"labels": _LABELS}}}},
            {"dependencies": [_BINDING]},
        ),
    }
    return {name: entry for name, entry in {**found, **changes}.items() if not is_absent(entry)}


_OTHER: Final = {
    "spec": {"serviceRef": {"name": "api"}, "targetGroupARN": "arn:group"},
    "metadata": {"namespace": "plant"},
}
_API: Final = (
    DEPLOYMENT,
    {"metadata": {"namespace": "plant"}, "spec": {"template": {"metadata": {"labels": _LABELS}}}},
)

RULES = (
    Rule(
        id="kubernetes-binding-of-own-group",
        title="Pods register in a target group of their own",
        severity=Severity.HIGH,
        why="The controller owns the group: it takes out whatever else is registered there.",
        fix="Bind each Service to an aws.lb.TargetGroup of the stack with targetType ip, and to no other's.",
        source=GUIDE,
        refused_by="the webhook of the AWS Load Balancer Controller: the target group is bound already",
        types=(TARGET_GROUP_BINDING,),
        reads_graph=True,
        check=check,
        passing=_bound(),
        failing=_bound(group=(TARGET_GROUP[0], {"targetType": "instance"})),
        also_failing=[
            _bound(binding=(TARGET_GROUP_BINDING, {"spec": {"targetType": "instance"}})),
            _bound(second=(TARGET_GROUP_BINDING, _OTHER)),
            _bound(service=None),
            _bound(api=None),
        ],
    ),
    Rule(
        id="kubernetes-readiness-gate",
        title="Rolling updates wait for the load balancer",
        severity=Severity.HIGH,
        why="Kubernetes calls a pod ready when it answers, and the load balancer some health checks later.",
        fix=f"Set the namespace's label {GATE} to enabled, and let the Deployment depend on its binding.",
        source="https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/deploy/pod_readiness_gate/",
        frameworks=("eks-best-practices:load-balancing",),
        check_stack=check_gate,
        passing=_bound(),
        failing=_bound(space=(NAMESPACE, {"metadata": {"name": "plant"}})),
        also_failing=[_bound(api=_API)],
    ),
)
