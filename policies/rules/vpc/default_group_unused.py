"""Nothing is in a default security group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import (
    DEFAULT_SECURITY_GROUP,
    INSTANCE,
    LAUNCH_TEMPLATE,
    LOAD_BALANCER,
    REPLICATION_GROUP,
    SERVERLESS_CACHE,
)
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

PATHS = ("securityGroups", "networkInterfaces", "vpcSecurityGroupIds", "securityGroupIds")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No load balancer, instance or cache names the default security group of a VPC."""
    for path in PATHS:
        for group in context.graph.referenced(resource, path, *DEFAULT_SECURITY_GROUP):
            yield Problem(f"{path} names {group.name}, which is everybody's; give a group of its own", path)


RULE = Rule(
    id="network-default-group-unused",
    title="Nothing is in a default security group",
    severity=Severity.HIGH,
    why="Whatever is opened in it for one is opened for all; emptied, nothing in it can be reached.",
    fix="Name a security group that is made for the resource.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
    types=(*LOAD_BALANCER, *LAUNCH_TEMPLATE, *INSTANCE, *SERVERLESS_CACHE, *REPLICATION_GROUP),
    reads_graph=True,
    check=check,
    passing={"alb": (LOAD_BALANCER[0], {"securityGroups": ["sg-own"]})},
    failing={
        "default": (DEFAULT_SECURITY_GROUP[0], {}),
        "alb": (LOAD_BALANCER[0], {"securityGroups": ["id:default"]}),
    },
)
