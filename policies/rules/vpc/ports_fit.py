"""Security groups admit the ports that listeners and targets have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import (
    INGRESS_RULE,
    LISTENER,
    LOAD_BALANCER,
    SCALING_GROUP,
    SECURITY_GROUP,
    SERVERLESS_CACHE,
    TARGET_GROUP,
)
from policies.checks import is_absent, number
from policies.context import Context
from policies.examples import Example
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import admits, groups_of, templates_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE_PORTS = (6379, 6380)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The load balancer's groups let clients in on the listener's port, the fleet's and cache's groups on theirs."""
    if resource.type in LISTENER:
        port = number(resource.get("port"))
        for balancer in context.graph.referenced(resource, "loadBalancerArn", *LOAD_BALANCER):
            groups = groups_of(balancer, context)
            if is_absent(resource.get("port")) and balancer.get("loadBalancerType") != "gateway":
                yield Problem("port is not set; give 443", "port")
            if port is not None and groups and not admits(groups, int(port), context):
                yield Problem(
                    f"port is {port}, and no security group of {balancer.name} admits it; make them fit", "port"
                )
    elif resource.type in TARGET_GROUP:
        yield from target_problems(resource, context)
    else:
        groups = groups_of(resource, context)
        for cache_port in CACHE_PORTS:
            if groups and not admits(groups, cache_port, context):
                yield Problem(
                    f"no security group of this cache admits port {cache_port} (it has {CACHE_PORTS[0]} to write and "
                    f"{CACHE_PORTS[1]} to read); open both to the fleets",
                    "securityGroupIds",
                )


def target_problems(group: Resource, context: Context) -> Iterator[Problem]:
    """Ports of a target group that its fleet's security groups do not admit."""
    ports = {"port": group.get("port")}
    if group.get("healthCheck.port") not in (None, "traffic-port"):
        ports["healthCheck.port"] = group.get("healthCheck.port")
    for fleet in context.pointing_at(group, "targetGroupArns", *SCALING_GROUP):
        for template in templates_of(fleet, context):
            members = groups_of(template, context)
            for path, value in ports.items():
                port = number(value)
                if port is not None and members and not admits(members, int(port), context):
                    yield Problem(
                        f"{path} is {port}, and no security group of {template.name} admits it; make them fit", path
                    )


def _listening(port: int) -> Example:
    clients = {
        "securityGroupId": "id:edge",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "cidrIpv4": "0.0.0.0/0",
    }
    return {
        "https": (LISTENER[0], {"port": port, "loadBalancerArn": "arn:alb"}),
        "alb": (LOAD_BALANCER[0], {"securityGroups": ["id:edge"]}),
        "edge": (SECURITY_GROUP[0], {}),
        "clients": (INGRESS_RULE[0], clients),
    }


RULE = Rule(
    id="network-ports-fit",
    title="Security groups admit the ports of listeners, targets and caches",
    severity=Severity.HIGH,
    why="A port that nothing admits answers nobody: every target is unhealthy, and the fleet is replaced for ever.",
    fix="Give the security group's rule the port, or the listener, target group or cache the one that is open.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
    types=(*LISTENER, *TARGET_GROUP, *SERVERLESS_CACHE),
    reads_graph=True,
    check=check,
    passing=_listening(443),
    failing=_listening(8443),
)
