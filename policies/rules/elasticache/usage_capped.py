"""Serverless caches have a ceiling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SERVERLESS_CACHE
from deployment.unknown import UNKNOWN
from policies.checks import mappings, number
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.table import must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A serverless cache can't grow without end."""
    yield from must_have("cacheUsageLimits.dataStorage.maximum", "the most gigabytes that the budget allows").check(
        resource, context
    )
    largest = number(resource.get("cacheUsageLimits.dataStorage.maximum"))
    if largest is not None and largest > MOST_GB:
        yield Problem(
            f"cacheUsageLimits.dataStorage.maximum is {largest} GB; {MOST_GB} is the most",
            "cacheUsageLimits.dataStorage",
        )
    limits = mappings(resource.get("cacheUsageLimits.ecpuPerSeconds"))
    if resource.get("cacheUsageLimits") is UNKNOWN or resource.get("cacheUsageLimits.ecpuPerSeconds") is UNKNOWN:
        yield undecided("cacheUsageLimits.ecpuPerSeconds")
    elif not any(limit.get("maximum") for limit in limits):
        yield Problem("cacheUsageLimits.ecpuPerSeconds has no maximum; give one", "cacheUsageLimits.ecpuPerSeconds")
    unit = resource.get("cacheUsageLimits.dataStorage.unit")
    if unit not in ("GB", None, UNKNOWN):
        yield Problem(f"cacheUsageLimits.dataStorage.unit is {unit}; set GB", "cacheUsageLimits.dataStorage.unit")


MOST_GB = 5
"""A full cache of this size costs $306 a month: more is never meant."""

RULE = Rule(
    id="cache-usage-capped",
    title="Serverless caches have a ceiling",
    severity=Severity.HIGH,
    why=(
        "A serverless cache bills what it holds and what it does: without limits a loop spends the month's "
        "budget in a day."
    ),
    fix="Set cacheUsageLimits.dataStorage.maximum and cacheUsageLimits.ecpuPerSeconds[0].maximum.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.html",
    types=SERVERLESS_CACHE,
    check=check,
    passing={
        "cache": (
            SERVERLESS_CACHE[0],
            {"cacheUsageLimits": {"dataStorage": {"maximum": 1, "unit": "GB"}, "ecpuPerSeconds": [{"maximum": 1000}]}},
        )
    },
    failing={"cache": (SERVERLESS_CACHE[0], {})},
)
