"""CloudWatch Synthetics: runs of a canary, and the Lambda function that each of them invokes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver
from cost.registry import Pricer
from cost.schedules import runs_per_month
from cost.scope import Scope, UsageKey, Used
from deployment import tokens

DURATION: Final = UsageKey("request_duration_ms", Decimal(15_000), "milliseconds that a run takes")

MEMORY_MB: Final = 1000
LONGEST_SECONDS: Final = Decimal(840)
"""Memory of a canary that declares none, and the longest time of a run (Synthetics API, CanaryRunConfigInput, 2026)."""


def canary(scope: Scope) -> Iterator[Charge]:
    """Runs of its schedule, retries in the worst case, and the function's requests and gigabyte-seconds."""
    expression = scope.text("schedule.expression")
    # `rate(0 minutes)` runs once, when somebody starts the canary
    runs = Decimal(1) if expression.startswith("rate(0 ") else runs_per_month(expression)
    retries = scope.number("schedule.retryConfig.maxRetries")
    count = Amount.of(0, runs, runs * (1 + retries))
    yield scope.use("Canary runs", ("cloudwatch", "synthetics_run"), count, Driver.EVENTS)
    yield scope.use("Function requests", ("lambda", "million_requests"), count, Driver.EVENTS)
    used = scope.usage(DURATION)
    limit = min(scope.number("runConfig.timeoutInSeconds", LONGEST_SECONDS) or LONGEST_SECONDS, LONGEST_SECONDS)
    memory_gb = (scope.number("runConfig.memoryInMb", MEMORY_MB) or MEMORY_MB) / Decimal(1024)
    seconds = min(used.amount.expected / 1000, limit)
    yield scope.use(
        "Function duration",
        ("lambda", "x86_gb_second"),
        Used(Amount.of(0, count.expected * seconds * memory_gb, count.worst * limit * memory_gb), used.assumed),
        Driver.EVENTS,
    )


PRICERS: Final = {tokens.CANARY[0]: Pricer(canary, twins=("aws_synthetics_canary",), usage=(DURATION,))}
