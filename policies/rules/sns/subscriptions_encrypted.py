"""Alerts travel over TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import TOPIC_SUBSCRIPTION
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Nothing is delivered over plain HTTP."""
    protocol = resource.get("protocol")
    if protocol == "http":
        yield Problem("protocol is http; set it to https", "protocol")
    endpoint = resource.get("endpoint")
    if isinstance(endpoint, str) and endpoint.startswith("http://"):
        yield Problem("endpoint is in plain http; give an https address", "endpoint")


RULE = Rule(
    id="observability-subscriptions-encrypted",
    title="Alerts travel over TLS",
    severity=Severity.MEDIUM,
    why="Alerts name resources and faults.",
    fix="Set protocol to https and give an https endpoint.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
    types=TOPIC_SUBSCRIPTION,
    check=check,
    passing={"hub": (TOPIC_SUBSCRIPTION[0], {"protocol": "https", "endpoint": "https://health.example.com/events"})},
    failing={"hub": (TOPIC_SUBSCRIPTION[0], {"protocol": "http", "endpoint": "http://health.example.com/events"})},
)
