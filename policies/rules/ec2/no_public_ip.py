"""Instances have no public IPv4 address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import INSTANCE, LAUNCH_TEMPLATE
from deployment.unknown import UNKNOWN
from policies.checks import mappings, same, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No interface asks for a public IPv4 address, and a template says so instead of leaving it to the subnet."""
    if resource.type in INSTANCE:
        yield from must_be("associatePublicIpAddress", False).check(resource, context)
        return
    interfaces = mappings(resource.get("networkInterfaces"))
    if resource.get("networkInterfaces") is UNKNOWN:
        yield undecided("networkInterfaces")
    elif not interfaces:
        yield Problem(
            "networkInterfaces is not set, so the subnet decides; give one with associatePublicIpAddress false",
            "networkInterfaces",
        )
    for index, interface in enumerate(interfaces):
        path = f"networkInterfaces[{index}].associatePublicIpAddress"
        value = interface.get("associatePublicIpAddress")
        if value is UNKNOWN:
            yield undecided(path)
        elif not same(value, False):
            yield Problem(f"{path} is {shown(value)}; set it to false", path)


RULE = Rule(
    id="compute-no-public-ip",
    title="Instances have no public IPv4 address",
    severity=Severity.HIGH,
    why="A public address is a way around the load balancer and its web ACL, and costs $3.65 a month each.",
    fix="Set networkInterfaces[*].associatePublicIpAddress to false.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-25",
    frameworks=(
        "checkov:CKV_AWS_88",
        "fsbp:EC2.25",
        "fsbp:EC2.9",
        "awsguard:ec2-instance-no-public-ip",
        "pulumi:disallowPublicIp",
    ),
    types=(*LAUNCH_TEMPLATE, *INSTANCE),
    check=check,
    passing={"template": (LAUNCH_TEMPLATE[0], {"networkInterfaces": [{"associatePublicIpAddress": "false"}]})},
    failing={"template": (LAUNCH_TEMPLATE[0], {"networkInterfaces": [{"associatePublicIpAddress": "true"}]})},
)
