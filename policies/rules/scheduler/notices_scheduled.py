"""Schedules are on, have a target and a time zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCHEDULE
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be, must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A schedule can run: it has a target with a role, and is on."""
    yield from must_have("target.arn", "the ARN of what runs").check(resource, context)
    yield from must_have("target.roleArn", "the role under which it runs").check(resource, context)
    yield from must_be("state", "ENABLED", None).check(resource, context)
    if resource.get("target.retryPolicy.maximumRetryAttempts") in (0, "0"):
        yield Problem(
            "target.retryPolicy.maximumRetryAttempts is 0, so one failed call loses the event; set it to 1 or more",
            "target.retryPolicy.maximumRetryAttempts",
        )
    if resource.get("flexibleTimeWindow.mode") == "FLEXIBLE" and context.is_plant_stack:
        yield Problem(
            "flexibleTimeWindow.mode is FLEXIBLE, so notices and the reaper come late; set it to OFF",
            "flexibleTimeWindow.mode",
        )
    if not is_absent(resource.get("scheduleExpression")) and str(resource.get("scheduleExpression")).startswith("cron"):
        yield from must_have("scheduleExpressionTimezone", "an IANA time zone such as Europe/Berlin").check(
            resource, context
        )


RULE = Rule(
    id="maintenance-notices-scheduled",
    title="Schedules are on, have a target and a time zone",
    severity=Severity.MEDIUM,
    why="A notice or a reaper that never runs is found out on the day it was for.",
    fix="Set target.arn, target.roleArn, scheduleExpressionTimezone, and leave state ENABLED.",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html",
    types=SCHEDULE,
    reads_graph=True,
    check=check,
    passing={
        "notice": (
            SCHEDULE[0],
            {
                "target": {"arn": "arn:topic", "roleArn": "arn:role"},
                "scheduleExpression": "cron(0 3 * * ? *)",
                "scheduleExpressionTimezone": "UTC",
            },
        )
    },
    failing={"notice": (SCHEDULE[0], {"state": "DISABLED", "target": {"arn": "arn:topic", "roleArn": "arn:role"}})},
)
