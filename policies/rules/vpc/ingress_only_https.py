"""The internet reaches port 443 only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import INGRESS_RULE
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._ports import PORT_HOLDERS, PORT_PROPERTIES, port_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTHORISED = (443,)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What the internet reaches is port 443, and nothing beside it."""
    for one in port_ranges(resource):
        if (
            one.ingress
            and one.from_world
            and not one.no_port
            and (one.every_port or not (one.first == one.last and one.first in AUTHORISED))
        ):
            ports = f"port {one.first}" if one.first == one.last else f"ports {one.first} to {one.last}"
            yield Problem(
                f"the internet reaches {ports}; open 443 only, or name a security group",
                one.path or None,
            )


RULE = Rule(
    id="network-ingress-only-https",
    title="The internet reaches port 443 only",
    severity=Severity.HIGH,
    why="The API speaks HTTPS; any other open port, 80 included, is a way in that nobody watches.",
    fix="Give fromPort and toPort 443 for rules from 0.0.0.0/0 or ::/0.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18",
    frameworks=(
        "checkov:CKV_AWS_260",
        "checkov:CKV_AWS_277",
        "fsbp:EC2.18",
        "pulumi:disallowInboundHttpTraffic",
        "pulumi:disallowPublicInternetIngress",
    ),
    types=PORT_HOLDERS,
    check=check,
    reads=PORT_PROPERTIES,
    passing={
        "https": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443})
    },
    failing={"http": (INGRESS_RULE[0], {"cidrIpv6": "::/0", "ipProtocol": "tcp", "fromPort": 80, "toPort": 80})},
    undecided=({"http": (INGRESS_RULE[0], {"cidrIpv6": "::/0", "ipProtocol": UNKNOWN, "fromPort": 80, "toPort": 80})},),
)
