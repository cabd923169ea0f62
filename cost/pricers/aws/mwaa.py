"""Amazon Managed Workflows for Apache Airflow: environments, further workers and schedulers by the hour."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

WORKERS: Final = UsageKey("additional_workers", Decimal(0), "workers beyond the one of an environment, on average")
SCHEDULERS: Final = UsageKey("additional_schedulers", Decimal(0), "schedulers beyond those of an environment")
META: Final = UsageKey("meta_database_gb", Decimal(10), "gigabytes of the metadata database")

DEFAULT_WORKERS: Final = 10
INCLUDED_SCHEDULERS: Final = 2
INCLUDED_SERVERS: Final = 2
"""Most workers where none are declared; schedulers and web servers that come with an environment (MWAA user guide,
CreateEnvironment, 2026)."""


def environment(scope: Scope) -> Iterator[Charge]:
    """An environment of a class with one worker, and what is beyond it between the declared limits."""
    size = scope.text("environmentClass", "mw1.small").removeprefix("mw1.")
    if scope.number("maxWebservers", INCLUDED_SERVERS) > INCLUDED_SERVERS:
        raise Unpriced("web servers beyond two aren't priced")
    yield scope.charge(f"Environment ({size})", ("mwaa", f"{size}_environment_hour"), ONE, Metering.SECONDS)
    low = scope.number("minWorkers", 1) - 1
    high = max(scope.number("maxWorkers", DEFAULT_WORKERS) - 1, low)
    workers = Amount.of(low, min(max(low, scope.usage(WORKERS).amount.expected), high), high)
    yield scope.charge(
        f"Further workers ({size})", ("mwaa", f"{size}_worker_hour"), workers, Metering.SECONDS, driver=Driver.TRAFFIC
    )
    declared = scope.number("schedulers", INCLUDED_SCHEDULERS) - INCLUDED_SCHEDULERS
    schedulers = max(declared, scope.usage(SCHEDULERS).amount.expected)
    if schedulers > 0:
        yield scope.charge(
            f"Further schedulers ({size})",
            ("mwaa", f"{size}_scheduler_hour"),
            Amount.fixed(schedulers),
            Metering.SECONDS,
        )
    yield scope.kept("Metadata database", ("mwaa", "database_gb_month"), scope.usage(META))


PRICERS: Final = {
    tokens.AIRFLOW[0]: Pricer(environment, twins=("aws_mwaa_environment",), usage=(WORKERS, SCHEDULERS, META))
}
