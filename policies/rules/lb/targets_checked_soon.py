"""A target that fails is noticed soon, and one that is well is not taken for failed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP, TARGET_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import number, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SECONDS: Final = 120
"""Elastic Load Balancing's own defaults take 90."""
DEFAULTS: Final = {"interval": 30, "timeout": 5, "unhealthyThreshold": 3, "healthyThreshold": 3}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Failing targets are found within two minutes, by an answer that means success, at the port that serves."""
    given = {key: resource.get(f"healthCheck.{key}") for key in DEFAULTS}
    if resource.get("targetType") == "lambda" or any(value is UNKNOWN for value in given.values()):
        return
    values = {key: number(value) if value is not None else number(DEFAULTS[key]) for key, value in given.items()}
    interval, timeout, unhealthy = values["interval"], values["timeout"], values["unhealthyThreshold"]
    if interval is not None and unhealthy is not None and interval * unhealthy > MOST_SECONDS:
        yield Problem(
            f"a failing target is noticed after {interval * unhealthy} s; lower healthCheck.interval or "
            "unhealthyThreshold "
            f"to {MOST_SECONDS} s in all",
            "healthCheck.interval",
        )
    if interval is not None and timeout is not None and timeout >= interval:
        yield Problem(
            f"healthCheck.timeout is {timeout} s, and the interval {interval} s; AWS wants less", "healthCheck.timeout"
        )
    matcher = resource.get("healthCheck.matcher")
    if isinstance(matcher, str) and not succeeds(matcher):
        yield Problem(
            f"healthCheck.matcher is {matcher}, so a target that answers with errors is healthy; give 200 to 399",
            "healthCheck.matcher",
        )
    if context.pointing_at(resource, "targetGroupArns", *SCALING_GROUP):
        kind = resource.get("targetType")
        if kind not in (None, "instance", UNKNOWN):
            yield Problem(
                f"targetType is {shown(kind)}, and a fleet registers instances; set it to instance", "targetType"
            )
        port = resource.get("healthCheck.port")
        if context.is_plant_stack and port not in (None, "traffic-port", UNKNOWN, str(resource.get("port"))):
            yield Problem(
                f"healthCheck.port is {shown(port)}, and targets serve on {shown(resource.get('port'))}; set "
                "traffic-port",
                "healthCheck.port",
            )


def succeeds(matcher: Any) -> bool:
    """True when every status that `matcher` takes for healthy means success or a redirect."""
    found = [int(code) for code in re.findall(r"\d+", matcher)]
    return bool(found) and all(200 <= code <= 399 for code in found)


RULE = Rule(
    id="edge-targets-checked-soon",
    title="A target that fails is noticed within two minutes",
    severity=Severity.HIGH,
    why="Until it is noticed, each request that goes there fails.",
    fix="Give healthCheck.interval, timeout, unhealthyThreshold and matcher as the message says.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    types=TARGET_GROUP,
    reads_graph=True,
    check=check,
    passing={"stable": (TARGET_GROUP[0], {"healthCheck": {"interval": 10, "unhealthyThreshold": 3, "matcher": "200"}})},
    failing={"stable": (TARGET_GROUP[0], {"healthCheck": {"interval": 300, "unhealthyThreshold": 10}})},
)
