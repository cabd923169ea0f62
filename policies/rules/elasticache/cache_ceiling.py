"""An hour at the cache's limit costs no more than the month."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import SERVERLESS_CACHE
from policies.checks import mappings, number
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._prices import price_of
from policies.settings import PackConfig, PackSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS_PER_HOUR: Final = 3_600
MILLION: Final = 1_000_000


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What the cache may do at most in an hour is within the month's limit."""
    limit = context.config.settings.monthly_limit_usd
    if limit is None:
        return
    for ceiling in mappings(resource.get("cacheUsageLimits.ecpuPerSeconds")):
        most = number(ceiling.get("maximum"))
        price = price_of(context, "elasticache", f"serverless_{resource.get('engine')}_million_ecpu")
        if most is None or price is None:
            continue
        usd = most * SECONDS_PER_HOUR / MILLION * price
        if usd > limit:
            yield Problem(
                f"cacheUsageLimits.ecpuPerSeconds[0].maximum is {most}: one hour of it costs ${usd:.2f}, and the month "
                "may "
                f"cost ${limit}; lower it",
                "cacheUsageLimits.ecpuPerSeconds",
            )


def _cache(most: int) -> dict[str, Any]:
    limits = {"ecpuPerSeconds": [{"maximum": most}]}
    return {"cache": (SERVERLESS_CACHE[0], {"engine": "valkey", "cacheUsageLimits": limits})}


RULE = Rule(
    id="cost-cache-ceiling",
    title="An hour at the cache's limit costs no more than the month",
    severity=Severity.HIGH,
    why="A ceiling that nobody could pay for is none: a loop is at it within minutes.",
    fix="Lower cacheUsageLimits.ecpuPerSeconds[0].maximum; 1,000 is the least.",
    source="https://aws.amazon.com/elasticache/pricing/",
    types=SERVERLESS_CACHE,
    reads_graph=True,
    check=check,
    passing=_cache(1_000),
    failing=_cache(10_000_000),
    example_config=PackConfig(PackSettings(monthly_limit_usd=Decimal("5.00"))),
)
