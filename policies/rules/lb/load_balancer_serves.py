"""Load balancers listen, behind a security group of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LISTENER, LOAD_BALANCER
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A load balancer listens, and says who may connect."""
    if not context.pointing_at(resource, "loadBalancerArn", *LISTENER):
        yield Problem("no listener takes requests; add aws.lb.Listener with this load balancer's ARN")
    if resource.get("loadBalancerType") in (None, "application"):
        yield from must_have("securityGroups", "a security group that admits HTTPS").check(resource, context)


RULE = Rule(
    id="edge-load-balancer-serves",
    title="Load balancers listen, behind a security group of their own",
    severity=Severity.HIGH,
    why=("Without a listener it costs $16 a month and serves nobody; without a group the VPC's default one decides."),
    fix="Add an aws.lb.Listener, and set securityGroups.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html",
    types=LOAD_BALANCER,
    reads_graph=True,
    check=check,
    passing={
        "alb": (LOAD_BALANCER[0], {"securityGroups": ["id:g"]}),
        "https": (LISTENER[0], {"loadBalancerArn": "arn:alb"}),
    },
    failing={"alb": (LOAD_BALANCER[0], {"securityGroups": ["id:g"]})},
)
