"""A pod runs until its target is deregistered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.decimals import number
from deployment.graph import Resource
from deployment.manifests import namespace, object_name
from deployment.tokens import DEPLOYMENT, KUBERNETES_SERVICE, TARGET_GROUP, TARGET_GROUP_BINDING
from policies.checks import shown
from policies.context import Context
from policies.examples import Example
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import Container, containers, deployment, pod_labels, pod_spec
from policies.rules.kubernetes._objects import in_namespace, selects

DEFAULT_GRACE_SECONDS: Final = 30
DEFAULT_DELAY_SECONDS: Final = 300
"""Deregistration delay of a target group that names none (Elastic Load Balancing user guide)."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A pod serves on until its target group has let it go, and then has time to end."""
    delay = _deregistration_delay(resource, context)
    pod = pod_spec(resource)
    if delay is None or pod is None:
        return
    grace = number(pod.get("terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS))
    sleep = max((_sleep(one) for one in containers(resource, initial=False)), default=0)
    if grace is not None and grace < delay:
        yield Problem(
            f"terminationGracePeriodSeconds is {shown(grace)}, and the target group lets a pod finish for {delay}"
            " s; set it"
            " above that",
            "spec.template.spec.terminationGracePeriodSeconds",
        )
    elif sleep < delay:
        yield Problem(
            f"no container sleeps {delay} s in lifecycle.preStop, so a pod ends while the target group still sends it"
            " requests; set lifecycle.preStop.sleep.seconds",
            "spec.template.spec.containers[0].lifecycle",
        )


def _sleep(container: Container) -> int:
    return int(number(container.get("lifecycle", "preStop", "sleep", "seconds")) or 0)


def _deregistration_delay(resource: Resource, context: Context) -> int | None:
    """Of the target groups that the pods register in; None where they are in none of the graph's."""
    for binding in in_namespace(context, namespace(resource), TARGET_GROUP_BINDING):
        for service in in_namespace(context, namespace(resource), KUBERNETES_SERVICE):
            labels = service.get("spec.selector")
            bound = binding.get("spec.serviceRef.name") == object_name(service)
            if bound and selects({"matchLabels": labels}, pod_labels(resource)):
                for group in context.graph.referenced(binding, "spec", *TARGET_GROUP):
                    return int(number(group.get("deregistrationDelay", DEFAULT_DELAY_SECONDS)) or 0)
    return None


def _drains(seconds: int, delay: int) -> Example:
    meta = {"name": "api", "namespace": "plant"}
    spec = {"serviceRef": {"name": "api"}, "targetGroupARN": "arn:group"}
    return {
        "api": deployment(lifecycle={"preStop": {"sleep": {"seconds": seconds}}}),
        "service": (KUBERNETES_SERVICE, {"metadata": meta, "spec": {"selector": {"app": "api"}}}),
        "binding": (TARGET_GROUP_BINDING, {"metadata": meta, "spec": spec}),
        "group": (TARGET_GROUP[0], {"deregistrationDelay": delay}),
    }


RULE = Rule(
    id="kubernetes-drain-longer-than-deregistration",
    title="A pod runs until its target is deregistered",
    severity=Severity.HIGH,
    why="A pod that ends while the load balancer still sends it requests loses them, at every update and scale-in.",
    fix="Set lifecycle.preStop.sleep and terminationGracePeriodSeconds above the deregistration delay.",
    source="https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/deploy/pod_readiness_gate/",
    frameworks=("eks-best-practices:load-balancing",),
    types=(DEPLOYMENT,),
    reads_graph=True,
    check=check,
    passing=_drains(35, 30),
    failing=_drains(5, 30),
    also_failing=[_drains(90, 90)],
)
