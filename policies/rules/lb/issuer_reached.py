"""The load balancer reaches who issues the tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import EGRESS_RULE, LISTENER, LISTENER_RULE, LOAD_BALANCER, SECURITY_GROUP
from policies.checks import mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import admits, groups_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKING: Final = ("jwt-validation", "authenticate-oidc", "authenticate-cognito")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The load balancer of a rule that checks tokens may connect to port 443 of somebody."""
    path = "defaultActions" if resource.type in LISTENER else "actions"
    if not any(action.get("type") in ASKING for action in mappings(resource.get(path))):
        return
    graph = context.graph
    listeners = [resource] if resource.type in LISTENER else graph.referenced(resource, "listenerArn", *LISTENER)
    for listener in listeners:
        for balancer in graph.referenced(listener, "loadBalancerArn", *LOAD_BALANCER):
            groups = groups_of(balancer, context)
            if groups and not admits(groups, HTTPS, context, ingress=False):
                yield Problem(
                    f"{balancer.name} can't fetch the issuer's keys: no security group of it lets it connect to port "
                    "443; "
                    "add an egress rule",
                    path,
                )


HTTPS: Final = 443


def _stack(port: int) -> dict[str, Any]:
    return {
        "read": (LISTENER_RULE[0], {"listenerArn": "arn:https", "actions": [{"type": "jwt-validation"}]}),
        "https": (LISTENER[0], {"loadBalancerArn": "arn:alb"}),
        "alb": (LOAD_BALANCER[0], {"securityGroups": ["id:edge"]}),
        "edge": (SECURITY_GROUP[0], {}),
        "out": (
            EGRESS_RULE[0],
            {
                "securityGroupId": "id:edge",
                "ipProtocol": "tcp",
                "fromPort": port,
                "toPort": port,
                "cidrIpv4": "0.0.0.0/0",
            },
        ),
    }


RULE = Rule(
    id="edge-issuer-reached",
    title="The load balancer reaches who issues the tokens",
    severity=Severity.HIGH,
    why="Without the issuer's keys it refuses every request.",
    fix="Add an egress rule for port 443 to the load balancer's security group.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
    types=(*LISTENER, *LISTENER_RULE),
    reads_graph=True,
    check=check,
    passing=_stack(HTTPS),
    failing=_stack(8443),
)
