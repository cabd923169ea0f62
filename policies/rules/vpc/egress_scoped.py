"""No rule lets traffic out to the whole internet on every port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import EGRESS_RULE
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._ports import PORT_HOLDERS, PORT_PROPERTIES, port_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No rule lets a machine speak to the whole internet on every port."""
    for one in port_ranges(resource):
        if not one.ingress and one.every_port and one.from_world:
            yield Problem(
                "every port of the whole internet may be spoken to; name the ports (443) or the security group",
                one.path or None,
            )


RULE = Rule(
    id="network-egress-scoped",
    title="No rule lets traffic out to the whole internet on every port",
    severity=Severity.MEDIUM,
    why="Free outbound traffic is how stolen data leaves, and how malware is controlled.",
    fix="Give fromPort and toPort 443, or a destination security group or prefix list.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    frameworks=("checkov:CKV_AWS_382",),
    types=PORT_HOLDERS,
    check=check,
    reads=PORT_PROPERTIES,
    passing={"out": (EGRESS_RULE[0], {"cidrIpv6": "::/0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443})},
    failing={"out": (EGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1"})},
)
