"""Lambda: requests, memory by time, extra temporary storage. Provisioned concurrency has no verified price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import Final

from cost.charges import ONE, Charge, Driver
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.tracing import TRACES, traces
from cost.uptime import Metering

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "invocations a month")
DURATION: Final = UsageKey("request_duration_ms", Decimal(100), "milliseconds of one invocation")

FREE_STORAGE_MB: Final = 512


def function(scope: Scope) -> Iterator[Charge]:
    """Requests and GB-seconds of a function."""
    requests = scope.usage(REQUESTS)
    memory_gb = scope.number("memorySize", 128) / 1024
    milliseconds = scope.usage(DURATION).amount.expected.to_integral_value(ROUND_CEILING)
    seconds = requests.amount * (milliseconds / 1000)
    architectures = scope.items("architectures") or ["x86_64"]
    cpu = "arm64" if architectures[0] == "arm64" else "x86"
    yield scope.use("Requests", ("lambda", "million_requests"), requests)
    yield scope.charge(
        f"Duration ({cpu}, {memory_gb.normalize():f} GB, {milliseconds} ms)",
        ("lambda", f"{cpu}_gb_second"),
        seconds * memory_gb,
        Metering.USE,
        usage_based=True,
        assumed=requests.assumed,
        driver=Driver.TRAFFIC,
    )
    yield from traces(scope, "tracingConfig.mode", requests.amount)
    extra_mb = scope.number("ephemeralStorage.size", FREE_STORAGE_MB) - FREE_STORAGE_MB
    if extra_mb > 0:
        amount = seconds * (extra_mb / 1024)
        yield scope.use("Temporary storage over 512 MB", ("lambda", "ephemeral_storage_gb_second"), amount)


def provisioned(scope: Scope) -> Iterator[Charge]:
    """Provisioned concurrency: unpriced until the catalogue has its price."""
    yield scope.charge("Provisioned concurrency", ("lambda", "provisioned_gb_second"), ONE, Metering.SECONDS)


PRICERS: Final = {
    "aws:lambda/function:Function": Pricer(
        function, twins=("aws_lambda_function",), usage=(REQUESTS, DURATION, TRACES)
    ),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": Pricer(
        provisioned, twins=("aws_lambda_provisioned_concurrency_config",)
    ),
}
