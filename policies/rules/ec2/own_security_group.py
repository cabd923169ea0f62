"""Instances have a security group of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A template names its security groups."""
    if not is_absent(resource.get("vpcSecurityGroupIds")) or resource.get("networkInterfaces") is UNKNOWN:
        return
    interfaces = mappings(resource.get("networkInterfaces"))
    if not any(not is_absent(interface.get("securityGroups")) for interface in interfaces):
        yield Problem("networkInterfaces names no securityGroups; give the fleet's own", "networkInterfaces")


RULE = Rule(
    id="compute-own-security-group",
    title="Instances have a security group of their own",
    severity=Severity.HIGH,
    why="Without one the VPC's default group decides who reaches them.",
    fix="Set networkInterfaces[0].securityGroups or vpcSecurityGroupIds.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-security-groups.html",
    types=LAUNCH_TEMPLATE,
    check=check,
    passing={"template": (LAUNCH_TEMPLATE[0], {"networkInterfaces": [{"securityGroups": ["id:fleet"]}]})},
    failing={"template": (LAUNCH_TEMPLATE[0], {"networkInterfaces": [{"associatePublicIpAddress": "false"}]})},
)
