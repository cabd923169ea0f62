"""Listeners accept TLS 1.2 and 1.3 only, with strong ciphers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LISTENER
from deployment.unknown import UNKNOWN, Sentinel
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._tls import is_modern

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The security policy that an encrypted listener names is one without TLS 1.0 and 1.1."""
    policy = resource.get("sslPolicy") if resource.get("protocol") in ("HTTPS", "TLS") else UNKNOWN
    if not (isinstance(policy, Sentinel) or is_absent(policy) or is_modern(policy)):
        yield Problem(
            f"sslPolicy is {shown(policy)}; set it to ELBSecurityPolicy-TLS13-1-2-Res-2021-06 or newer", "sslPolicy"
        )


RULE = Rule(
    id="edge-listener-tls-policy",
    title="Listeners accept TLS 1.2 and 1.3 only, with strong ciphers",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Older protocol versions and CBC ciphers have known attacks.",
    fix="Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-2021-06.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
    frameworks=("checkov:CKV_AWS_103", "checkov:CKV2_AWS_74", "fsbp:ELB.17", "pulumi:configureSecureTls"),
    types=LISTENER,
    check=check,
    reads=("sslPolicy", "protocol"),
    passing={"https": (LISTENER[0], {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"})},
    also_passing=({"https": (LISTENER[0], {"protocol": "TLS", "sslPolicy": "ELBSecurityPolicy-TLS-1-2-2017-01"})},),
    failing={"https": (LISTENER[0], {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-2016-08"})},
    also_failing=({"https": (LISTENER[0], {"protocol": "TLS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-0-2021-06"})},),
    undecided=({"https": (LISTENER[0], {"protocol": "HTTPS", "sslPolicy": UNKNOWN})},),
)
