"""Data rules about vpc."""

from __future__ import annotations

from typing import Final

from deployment.tokens import SUBNET
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "network-subnet-no-public-ip",
        SUBNET,
        must_be("mapPublicIpOnLaunch", False, None),
        title="Subnets give out no public IPv4 addresses",
        severity=Severity.HIGH,
        why="Whatever is launched there would be reachable from the internet, and $3.65 a month dearer, without "
        "anyone asking.",
        fix="Set mapPublicIpOnLaunch to false, or leave it out.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-15",
        frameworks=("checkov:CKV_AWS_130", "fsbp:EC2.15"),
        mends=True,
    ),
)
