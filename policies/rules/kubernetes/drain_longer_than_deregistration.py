"""A pod runs until its target is deregistered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from deployment.decimals import number
from deployment.graph import Resource
from deployment.manifests import namespace, object_name
from deployment.tokens import DEPLOYMENT, KUBERNETES_SERVICE, TARGET_GROUP, TARGET_GROUP_BINDING
from policies.checks import shown, strings
from policies.context import Context
from policies.examples import Example, but
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import Container, containers, deployment, pod_labels, pod_spec
from policies.rules.kubernetes._objects import bound_groups, in_namespace, selects

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
    elif grace is not None and grace <= sleep:
        yield Problem(
            f"terminationGracePeriodSeconds is {shown(grace)}, and a container sleeps {sleep} s of it in"
            " lifecycle.preStop, so it is killed in the middle of its last requests; set it above that",
            "spec.template.spec.terminationGracePeriodSeconds",
        )


SLEEPS: Final = re.compile(r"(?:^|[\s;&])sleep (\d{1,6})s?(?=$|[\s;&])")


def _sleep(container: Container) -> int:
    """Seconds that a container sleeps before it is told to end: by the kubelet, or by a command of its own."""
    slept = int(number(container.get("lifecycle", "preStop", "sleep", "seconds")) or 0)
    command = " ".join(strings(container.get("lifecycle", "preStop", "exec", "command")))
    return max([slept, sum(int(found) for found in SLEEPS.findall(command))])


def _deregistration_delay(resource: Resource, context: Context) -> int | None:
    """Of the target groups that the pods register in; None where they are in none of the graph's."""
    for binding in in_namespace(context, namespace(resource), TARGET_GROUP_BINDING):
        for service in in_namespace(context, namespace(resource), KUBERNETES_SERVICE):
            labels = service.get("spec.selector")
            bound = binding.get("spec.serviceRef.name") == object_name(service)
            if bound and selects({"matchLabels": labels}, pod_labels(resource)):
                for group in bound_groups(binding, context):
                    return int(number(group.get("deregistrationDelay", DEFAULT_DELAY_SECONDS)) or 0)
    return None


def _drains(seconds: int, delay: int, **lifecycle: Any) -> Example:
    meta = {"name": "api", "namespace": "plant"}
    spec = {"serviceRef": {"name": "api"}, "targetGroupARN": "arn:group"}
    example = {
        "api": deployment(lifecycle=lifecycle or {"preStop": {"sleep": {"seconds": seconds}}}),
        "service": (KUBERNETES_SERVICE, {"metadata": meta, "spec": {"selector": {"app": "api"}}}),
        "binding": (TARGET_GROUP_BINDING, {"metadata": meta, "spec": spec}),
        "group": (TARGET_GROUP[0], {"deregistrationDelay": delay}),
    }
    return but(example, {"api.spec.template.spec.terminationGracePeriodSeconds": 60})


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
    also_failing=[_drains(90, 90), _drains(60, 30), _drains(0, 30, preStop={"exec": {"command": ["sleep", "5"]}})],
    also_passing=[
        _drains(0, 30, preStop={"exec": {"command": ["sleep", "35"]}}),
        _drains(0, 30, preStop={"exec": {"command": ["sh", "-c", "touch /tmp/ends; sleep 35"]}}),
        _drains(0, 0),
    ],
)
