"""Scaling groups span two or more Availability Zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._reach import known_zones

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A scaling group names at least two subnets or zones."""
    zones = resource.get("vpcZoneIdentifiers") or resource.get("availabilityZones")
    if zones is UNKNOWN or resource.get("vpcZoneIdentifiers") is UNKNOWN:
        yield undecided("vpcZoneIdentifiers")
    elif len(zones or ()) < 2:
        yield Problem(
            f"vpcZoneIdentifiers names {len(zones or ())}; give subnets in two or more Availability Zones",
            "vpcZoneIdentifiers",
        )
    elif (zones := known_zones(resource, context)) and len(zones) < 2:
        yield Problem(
            f"its subnets are all in {zones.pop()}; give subnets in two or more Availability Zones",
            "vpcZoneIdentifiers",
        )


RULE = Rule(
    id="compute-group-two-zones",
    title="Scaling groups span two or more Availability Zones",
    severity=Severity.MEDIUM,
    why="A fleet in one zone is gone when the zone is, and can't launch when the zone is out of capacity.",
    fix="Give vpcZoneIdentifiers subnets of two or more zones.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-2",
    frameworks=("fsbp:AutoScaling.2",),
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing={"fleet": (SCALING_GROUP[0], {"vpcZoneIdentifiers": ["id:a", "id:b"]})},
    failing={"fleet": (SCALING_GROUP[0], {"vpcZoneIdentifiers": ["id:a"]})},
)
