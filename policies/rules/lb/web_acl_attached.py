"""Public load balancers stand behind a web ACL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LOAD_BALANCER, WEB_ACL, WEB_ACL_ASSOCIATION
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A public application load balancer is the target of a web ACL association."""
    if resource.get("internal") is True or resource.get("loadBalancerType") in ("network", "gateway"):
        return
    links = list(context.pointing_at(resource, "resourceArn", *WEB_ACL_ASSOCIATION))
    if context.is_plant_stack:
        links = [one for one in links if context.graph.referenced(one, "webAclArn", *WEB_ACL)]
    if not any(not is_absent(one.get("webAclArn")) for one in links):
        yield Problem("no web ACL is attached; add an aws.wafv2.WebAclAssociation with this load balancer's ARN")


RULE = Rule(
    id="edge-web-acl-attached",
    title="Public load balancers stand behind a web ACL",
    severity=Severity.HIGH,
    why="Without a web ACL there is no rate limit: one client can use the whole fleet, and the budget.",
    fix="Add an aws.wafv2.WebAclAssociation whose resourceArn is the load balancer's ARN.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-16",
    frameworks=("checkov:CKV2_AWS_28", "checkov:CKV2_AWS_76", "fsbp:ELB.16"),
    types=LOAD_BALANCER,
    reads_graph=True,
    check=check,
    passing={
        "alb": (LOAD_BALANCER[0], {"internal": False}),
        "association": (WEB_ACL_ASSOCIATION[0], {"resourceArn": "arn:alb", "webAclArn": "arn:acl"}),
    },
    failing={"alb": (LOAD_BALANCER[0], {"internal": False})},
)
