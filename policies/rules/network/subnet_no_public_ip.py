"""Subnets give out no public IPv4 addresses."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Rule
from policies.rules._tokens import SUBNET

RULE = Rule(
    id="network-subnet-no-public-ip",
    title="Subnets give out no public IPv4 addresses",
    severity=Severity.HIGH,
    why=(
        "Whatever is launched there would be reachable from the internet, and $3.65 a month dearer, without "
        "anyone asking."
    ),
    fix="Set mapPublicIpOnLaunch to false, or leave it out.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-15",
    frameworks=("checkov:CKV_AWS_130", "fsbp:EC2.15"),
    types=SUBNET,
    check=must_be("mapPublicIpOnLaunch", False, None),
    remediate=set_to("mapPublicIpOnLaunch", False),
    passing={"subnet": (SUBNET[0], {"mapPublicIpOnLaunch": False})},
    failing={"subnet": (SUBNET[0], {"mapPublicIpOnLaunch": True})},
)
