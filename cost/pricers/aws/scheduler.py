"""EventBridge Scheduler: invocations of each schedule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cost.charges import Amount, Charge, Driver
from cost.registry import Pricer
from cost.schedules import runs_per_month
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens


def schedule(scope: Scope) -> Iterator[Charge]:
    """Invocations a month, whether the stack is up or parked: schedules stay."""
    if scope.text("state", "ENABLED") == "DISABLED":
        return
    yield scope.charge(
        "Schedule invocations",
        ("eventbridge", "scheduler_million_invocations"),
        Amount.fixed(runs_per_month(scope.text("scheduleExpression"))),
        Metering.USE,
        usage_based=True,
        driver=Driver.EVENTS,
    )


PRICERS: Final = {tokens.SCHEDULE[0]: Pricer(schedule, twins=("aws_scheduler_schedule",))}
