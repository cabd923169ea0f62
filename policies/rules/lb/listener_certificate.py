"""Encrypted listeners have a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LISTENER
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.table import must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An encrypted listener has a certificate."""
    if resource.get("protocol") in ("HTTPS", "TLS"):
        yield from must_have("certificateArn", "the ARN of an ACM certificate").check(resource, context)


RULE = Rule(
    id="edge-listener-certificate",
    title="Encrypted listeners have a certificate",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="AWS refuses the listener at deployment, after half of the stack has been made.",
    fix="Set certificateArn.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
    types=LISTENER,
    check=check,
    passing={"https": (LISTENER[0], {"protocol": "HTTPS", "certificateArn": "arn:certificate"})},
    failing={"https": (LISTENER[0], {"protocol": "HTTPS"})},
)
