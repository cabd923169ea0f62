"""AWS Glue: jobs and crawlers by the hours of their data processing units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey, Used
from cost.uptime import Metering
from deployment import tokens

HOURS: Final = UsageKey("monthly_hours", Decimal(10), "hours that it runs a month")
CRAWLED: Final = UsageKey("monthly_dpu_hours", Decimal(10), "DPU-hours of a crawler a month", also="monthly_hours")

DPUS: Final = {
    "Standard": Decimal(1),
    "G.025X": Decimal("0.25"),
    "G.1X": Decimal(1),
    "G.2X": Decimal(2),
    "G.4X": Decimal(4),
    "G.8X": Decimal(8),
}
"""Data processing units of one worker (AWS Glue developer guide, worker types, 2026)."""

DEFAULT_DPUS: Final = 10
PYTHON_SHELL_DPUS: Final = "0.0625"


def job(scope: Scope) -> Iterator[Charge]:
    """Units of all workers for the hours that the job runs."""
    if scope.text("executionClass", "STANDARD") != "STANDARD":
        raise Unpriced("flexible execution isn't priced")
    workers, kind = scope.number("numberOfWorkers"), scope.text("workerType")
    if kind and kind not in DPUS:
        raise Unpriced(f"workers of type {kind} aren't priced; those of {', '.join(DPUS)} are")
    shell = scope.text("command.name", "glueetl") == "pythonshell"
    units = workers * DPUS[kind or "Standard"] if workers else Decimal(0)
    units = units or scope.number("maxCapacity") or Decimal(PYTHON_SHELL_DPUS if shell else DEFAULT_DPUS)
    hours = scope.usage(HOURS)
    yield scope.use(
        f"Job runs ({units.normalize():f} DPUs)", ("glue", "etl_dpu_hour"), Used(hours.amount * units, hours.assumed)
    )


def crawler(scope: Scope) -> Iterator[Charge]:
    """Units for the hours that the crawler runs."""
    yield scope.use("Crawler runs", ("glue", "crawler_dpu_hour"), scope.usage(CRAWLED))


ENDPOINT_NODES: Final = 5
"""Units of a development endpoint that declares none (Glue API, CreateDevEndpoint, 2026)."""


def endpoint(scope: Scope) -> Iterator[Charge]:
    """Units of a development endpoint, for as long as it exists."""
    kind = scope.text("workerType")
    if kind and kind not in DPUS:
        raise Unpriced(f"workers of type {kind} aren't priced; those of {', '.join(DPUS)} are")
    nodes = scope.number("numberOfWorkers") or scope.number("numberOfNodes") or Decimal(ENDPOINT_NODES)
    units = Amount.fixed(nodes * DPUS[kind or "Standard"])
    yield scope.charge("Development endpoint", ("glue", "etl_dpu_hour"), units, Metering.SECONDS)


OBJECTS: Final = UsageKey("monthly_objects", Decimal(1000), "tables, partitions and other objects of the database")
CATALOG_REQUESTS: Final = UsageKey("monthly_requests", Decimal(10_000), "requests to the catalog a month")


def catalog_database(scope: Scope) -> Iterator[Charge]:
    """What a database of the Data Catalog holds, and requests to it; the account's first million of each is free."""
    yield scope.kept("Objects", ("glue", "catalog_100k_objects_month"), scope.usage(OBJECTS))
    yield scope.use("Requests", ("glue", "catalog_million_requests"), scope.usage(CATALOG_REQUESTS))


PRICERS: Final = {
    tokens.CATALOG_DATABASE[0]: Pricer(
        catalog_database, twins=("aws_glue_catalog_database",), usage=(OBJECTS, CATALOG_REQUESTS)
    ),
    tokens.GLUE_ENDPOINT[0]: Pricer(endpoint, twins=("aws_glue_dev_endpoint",)),
    tokens.GLUE_JOB[0]: Pricer(job, twins=("aws_glue_job",), usage=(HOURS,)),
    tokens.GLUE_CRAWLER[0]: Pricer(crawler, twins=("aws_glue_crawler",), usage=(CRAWLED,)),
}
