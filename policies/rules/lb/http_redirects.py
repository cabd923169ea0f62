"""Port 80 only redirects to HTTPS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LISTENER
from policies.checks import mappings
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Port 80 is closed, or answers with a redirect to HTTPS on 443."""
    if resource.get("port") not in (80, "80"):
        return
    for action in mappings(resource.get("defaultActions")) or [{}]:
        redirect = (mappings(action.get("redirect")) or [{}])[0]
        if (
            action.get("type") != "redirect"
            or redirect.get("protocol") != "HTTPS"
            or str(redirect.get("port")) != "443"
        ):
            yield Problem(
                "port 80 does more than redirect to HTTPS on 443; set defaultActions[0].redirect, or drop the listener",
                "defaultActions",
            )


RULE = Rule(
    id="edge-http-redirects",
    title="Port 80 only redirects to HTTPS",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="A client that starts in plain text must be sent to TLS before it says anything of value.",
    fix="Make the default action a redirect to protocol HTTPS and port 443, or have no listener on port 80.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-1",
    frameworks=("checkov:CKV2_AWS_20", "fsbp:ELB.1", "awsguard:alb-http-to-https-redirection"),
    types=LISTENER,
    check=check,
    passing={
        "http": (
            LISTENER[0],
            {
                "port": 80,
                "defaultActions": [
                    {"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}
                ],
            },
        )
    },
    failing={"http": (LISTENER[0], {"port": 80, "defaultActions": [{"type": "forward"}]})},
)
