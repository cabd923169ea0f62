"""Web ACL rules count into CloudWatch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import WAF_RULE_GROUP, WEB_ACL
from deployment.unknown import UNKNOWN
from policies.checks import mappings, same, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The ACL and each of its rules count into CloudWatch."""
    yield from must_be("visibilityConfig.cloudwatchMetricsEnabled", True).check(resource, context)
    for index, rule in enumerate(mappings(resource.get("rules"))):
        config = (mappings(rule.get("visibilityConfig")) or [{}])[0]
        path = f"rules[{index}].visibilityConfig.cloudwatchMetricsEnabled"
        value = config.get("cloudwatchMetricsEnabled")
        if value is not UNKNOWN and not same(value, True):
            yield Problem(f"{path} is {shown(value)}; set it to true", path)


RULE = Rule(
    id="waf-metrics",
    title="Web ACL rules count into CloudWatch",
    severity=Severity.LOW,
    why="Without metrics nobody sees a rule that blocks honest clients, nor an attack that begins.",
    fix="Set visibilityConfig.cloudwatchMetricsEnabled to true on the ACL and each rule.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-12",
    frameworks=("fsbp:WAF.12",),
    types=(*WEB_ACL, *WAF_RULE_GROUP),
    check=check,
    passing={"acl": (WEB_ACL[0], {"visibilityConfig": {"cloudwatchMetricsEnabled": True}})},
    failing={"acl": (WEB_ACL[0], {"visibilityConfig": {"cloudwatchMetricsEnabled": False}})},
    also_failing=(
        {
            "acl": (
                WEB_ACL[0],
                {"visibilityConfig": {"cloudwatchMetricsEnabled": True}, "rules": [{"name": "rate"}]},
            )
        },
    ),
)
