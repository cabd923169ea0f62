"""EventBridge Scheduler: invocations of each schedule, and the tasks on Fargate that it starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cost.charges import Amount, Charge, Driver
from cost.pricers.aws.ecs import TASK_MINUTES, started
from cost.registry import Pricer
from cost.schedules import runs_per_month
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens


def schedule(scope: Scope) -> Iterator[Charge]:
    """Invocations a month, whether the stack is up or parked: schedules stay."""
    if scope.text("state", "ENABLED") == "DISABLED":
        return
    runs = Amount.fixed(runs_per_month(scope.text("scheduleExpression")))
    yield from started(scope, "target.ecsParameters.", "target.arn", runs)
    yield scope.charge(
        "Schedule invocations",
        ("eventbridge", "scheduler_million_invocations"),
        runs,
        Metering.USE,
        usage_based=True,
        driver=Driver.EVENTS,
    )


PRICERS: Final = {tokens.SCHEDULE[0]: Pricer(schedule, twins=("aws_scheduler_schedule",), usage=(TASK_MINUTES,))}
