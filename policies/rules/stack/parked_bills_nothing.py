"""A parked stack has nothing that is billed by the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import (
    CACHE_CLUSTER,
    INSTANCE,
    LOAD_BALANCER,
    REPLICATION_GROUP,
    SCALING_GROUP,
    SERVERLESS_CACHE,
    WEB_ACL,
)
from policies.checks import number
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

HOURLY = (
    *LOAD_BALANCER,
    *SCALING_GROUP,
    *WEB_ACL,
    *SERVERLESS_CACHE,
    *REPLICATION_GROUP,
    *CACHE_CLUSTER,
    *INSTANCE,
    "aws:ec2/natGateway:NatGateway",
)


def check(context: Context) -> Iterator[Problem]:
    """A parked stack holds nothing that is billed by the hour."""
    if not context.parked:
        return
    for resource in context.graph.of_type(*HOURLY):
        if resource.type in SCALING_GROUP and number(resource.get("maxSize")) == 0:
            continue
        yield Problem(f"{resource.name} is billed by the hour although the stack is parked; drop it", resource=resource)


RULE = Rule(
    id="uptime-parked-bills-nothing",
    title="A parked stack has nothing that is billed by the hour",
    severity=Severity.HIGH,
    why="Parking is what keeps the scheduled stack inside its budget.",
    fix="Leave out load balancer, web ACL, cache and fleets while plant:uptime.parked is true.",
    source="docs/architecture.md, uptime",
    check_stack=check,
    passing={"root": (ROOT_TYPE, {"costBasis": {"uptime": {"parked": True}}})},
    failing={
        "root": (ROOT_TYPE, {"costBasis": {"uptime": {"parked": True}}}),
        "alb": (LOAD_BALANCER[0], {}),
    },
)
