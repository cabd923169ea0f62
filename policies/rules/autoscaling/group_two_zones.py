"""Scaling groups span two or more Availability Zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP, SUBNET
from deployment.unknown import Sentinel
from policies.checks import strings
from policies.context import Context
from policies.examples import but
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import known_zones

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A scaling group names subnets or zones, at least two, and not of one zone."""
    named = resource.get("vpcZoneIdentifiers", resource.get("availabilityZones"))
    if isinstance(named, Sentinel):
        return
    zones = known_zones(resource, context) or set(strings(named))
    if len(zones) < 2:
        yield Problem(
            f"vpcZoneIdentifiers names {len(zones)} Availability Zone or subnet; give subnets in two or more zones",
            "vpcZoneIdentifiers",
        )


_GOOD: Final = {"fleet": (SCALING_GROUP[0], {"vpcZoneIdentifiers": ["id:a", "id:b"]})}
_ONE_ZONE: Final = {name: (SUBNET[0], {"availabilityZone": "us-east-1a"}) for name in ("a", "b")}

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
    passing=_GOOD,
    failing=but(_GOOD, {"fleet.vpcZoneIdentifiers": ["id:a"]}),
    also_failing=({**_GOOD, **_ONE_ZONE}, but(_GOOD, {"fleet.vpcZoneIdentifiers": None})),
)
