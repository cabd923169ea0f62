"""Target groups check health over HTTPS on a path of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import TARGET_GROUP
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be, must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Targets are asked over TLS, on a path that answers for the application."""
    if resource.get("targetType") == "lambda":
        return
    yield from must_be("healthCheck.protocol", "HTTPS").check(resource, context)
    yield from must_have("healthCheck.path", "the path that answers for the application's health").check(
        resource, context
    )
    yield from must_be("healthCheck.enabled", True, None).check(resource, context)


RULE = Rule(
    id="edge-target-group-health-check",
    title="Target groups check health over HTTPS on a path of the application",
    severity=Severity.MEDIUM,
    why="A target that accepts connections but fails its requests would keep its share of traffic.",
    fix="Set healthCheck.protocol to HTTPS and healthCheck.path to the application's health path.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-21",
    frameworks=("checkov:CKV_AWS_261", "fsbp:ELB.21"),
    types=TARGET_GROUP,
    check=check,
    passing={"stable": (TARGET_GROUP[0], {"healthCheck": {"protocol": "HTTPS", "path": "/health"}})},
    failing={"stable": (TARGET_GROUP[0], {"healthCheck": {"protocol": "HTTP"}})},
)
