"""Pods register in a target group of the stack, of their own, and before they are made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.ingresses import is_albs
from deployment.manifests import metadata_value, namespace, object_name
from deployment.tokens import (
    DEPLOYMENT,
    INGRESS,
    KUBERNETES_SERVICE,
    NAMESPACE,
    STATEFUL_SET,
    TARGET_GROUP,
    TARGET_GROUP_BINDING,
    WORKLOADS,
)
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import pod_labels
from policies.rules.kubernetes._objects import bound_groups, in_namespace, selects

GATE: Final = "elbv2.k8s.aws/pod-readiness-gate-inject"
GUIDE: Final = (
    "https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/targetgroupbinding/targetgroupbinding/"
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A binding names a Service that has pods, and a target group of type ip that nobody else has."""
    if resource.get("spec.targetType", "ip") != "ip":
        yield Problem(f"spec.targetType is {shown(resource.get('spec.targetType'))}; set it to ip", "spec.targetType")
    groups = bound_groups(resource, context)
    named = [value for key in ("ARN", "Name") if isinstance(value := resource.get(f"spec.targetGroup{key}"), str)]
    if named and not groups:
        yield Problem(
            f"{named[0]} is no target group of the stack, and the controller takes out whatever else registers there;"
            " bind to one of the stack",
            "spec",
        )
    for group in groups:
        if group.get("targetType") != "ip":
            yield Problem(
                f"targetType is {shown(group.get('targetType'))}, and pods bind to it; set ip", "targetType", group
            )
        others = [one for one in context.once(_bindings).get(group.urn, ()) if one.urn != resource.urn]
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
        workloads = in_namespace(context, space, *WORKLOADS)
        if not any(selects(chosen, pod_labels(one)) for one in workloads):
            yield Problem(
                f"the Service {name} selects no pods of the stack; give the labels of its pods", "spec", service
            )
        port = resource.get("spec.serviceRef.port")
        ports = [given for one in mappings(service.get("spec.ports")) for given in (one.get("port"), one.get("name"))]
        if isinstance(port, (int, float, str)) and ports and port not in ports and UNKNOWN not in ports:
            yield Problem(
                f"spec.serviceRef.port is {shown(port)}, and the Service {name} has"
                f" {', '.join(shown(one) for one in ports if one is not None)}; name one of them",
                "spec.serviceRef.port",
            )


def _bindings(context: Context) -> Mapping[str, list[Resource]]:
    """URN of a target group -> what binds to it."""
    index: dict[str, list[Resource]] = defaultdict(list)
    for binding in context.graph.of_type(TARGET_GROUP_BINDING):
        for group in bound_groups(binding, context):
            index[group.urn].append(binding)
    return index


def _served(context: Context) -> set[str]:
    """Namespaces in which something makes targets of pods."""
    ingresses = [one for one in context.graph.of_type(INGRESS) if is_albs(one, context.graph)]
    return {namespace(one) for one in (*context.graph.of_type(TARGET_GROUP_BINDING), *ingresses)}


def check_gate(context: Context) -> Iterator[Problem]:
    """A rolling update waits for the load balancer: the namespace asks for it, and the binding comes first."""
    bindings = context.graph.of_type(TARGET_GROUP_BINDING)
    for space in context.graph.of_type(NAMESPACE):
        if object_name(space) in context.once(_served) and metadata_value(space, "labels", GATE) != "enabled":
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
            {
                "metadata": {"name": "api", "namespace": "plant"},
                "spec": {"selector": _LABELS, "ports": [{"name": "https", "port": 8443}]},
            },
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


def _to(**spec: Any) -> tuple[str, dict[str, Any]]:
    return TARGET_GROUP_BINDING, {"metadata": {"namespace": "plant"}, "spec": {"serviceRef": {"name": "api"}, **spec}}


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
            _bound(binding=_to(targetGroupARN="arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1")),
            _bound(
                binding=_to(targetGroupARN="arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1"),
                group=(TARGET_GROUP[0], {"targetType": "ip", "name": "api"}),
            ),
            _bound(binding=_to(targetGroupARN="arn:group", serviceRef={"name": "api", "port": 80})),
        ],
        also_passing=[
            _bound(binding=_to(targetGroupName="web"), group=(TARGET_GROUP[0], {"targetType": "ip", "name": "web"})),
            _bound(binding=_to(targetGroupARN="arn:group", serviceRef={"name": "api", "port": "https"})),
            _bound(api=(STATEFUL_SET, _API[1])),
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
