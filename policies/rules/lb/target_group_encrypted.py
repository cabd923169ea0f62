"""Load balancers talk TLS to their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import TARGET_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

ENCRYPTED = ("HTTPS", "TLS", "QUIC", "TCP_QUIC")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Traffic from the load balancer to its targets is encrypted."""
    if resource.get("targetType") == "lambda":
        return
    protocol = resource.get("protocol")
    if protocol is UNKNOWN:
        yield undecided("protocol")
    elif protocol not in ENCRYPTED:
        yield Problem(f"protocol is {shown(protocol)}; set it to HTTPS (it can't be changed later)", "protocol")


RULE = Rule(
    id="edge-target-group-encrypted",
    title="Load balancers talk TLS to their targets",
    severity=Severity.HIGH,
    why=(
        "TLS that ends at the load balancer leaves tokens readable inside the network. AWS can't change the "
        "protocol of a target group later."
    ),
    fix="Set protocol to HTTPS from the first day.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-22",
    frameworks=("checkov:CKV_AWS_378", "fsbp:ELB.22"),
    types=TARGET_GROUP,
    check=check,
    passing={"stable": (TARGET_GROUP[0], {"protocol": "HTTPS", "port": 8443})},
    failing={"stable": (TARGET_GROUP[0], {"protocol": "HTTP", "port": 80})},
)
