"""Listeners speak TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LISTENER
from deployment.unknown import UNKNOWN
from policies.checks import mappings, shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

ENCRYPTED = ("HTTPS", "TLS", "QUIC", "TCP_QUIC")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A plain HTTP listener does nothing but redirect to HTTPS."""
    protocol = resource.get("protocol")
    if protocol is UNKNOWN:
        yield undecided("protocol")
    elif protocol not in ENCRYPTED and not redirects_to_https(resource):
        yield Problem(
            f"protocol is {shown(protocol)}; set it to HTTPS, or make the default action redirect to HTTPS", "protocol"
        )


def redirects_to_https(listener: Resource) -> bool:
    """True when the only default action is a redirect to HTTPS."""
    actions = mappings(listener.get("defaultActions"))
    return bool(actions) and all(
        action.get("type") == "redirect" and (mappings(action.get("redirect")) or [{}])[0].get("protocol") == "HTTPS"
        for action in actions
    )


RULE = Rule(
    id="edge-listener-encrypted",
    title="Listeners speak TLS",
    severity=Severity.CRITICAL,
    risk=Risk.LEAK,
    why="Tokens and personal data in plain text can be read and changed on the way.",
    fix="Set protocol to HTTPS (or QUIC), or let the listener do nothing but redirect to HTTPS.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-18",
    frameworks=(
        "checkov:CKV_AWS_2",
        "checkov:CKV_AWS_103",
        "checkov:CKV2_AWS_20",
        "fsbp:ELB.18",
        "pulumi:disallowUnencryptedTraffic",
    ),
    types=LISTENER,
    check=check,
    passing={"https": (LISTENER[0], {"protocol": "HTTPS", "port": 443})},
    failing={"http": (LISTENER[0], {"protocol": "HTTP", "port": 80, "defaultActions": [{"type": "forward"}]})},
)
