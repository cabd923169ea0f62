"""API Gateway, REST APIs: requests, and the cache of a stage by its size."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.tracing import TRACES, traces
from cost.uptime import Metering
from deployment import tokens

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "requests a month")


def rest_api(scope: Scope) -> Iterator[Charge]:
    """Requests of a REST API."""
    yield scope.use("Requests", ("apigateway", "rest_million_requests"), scope.usage(REQUESTS))


def stage(scope: Scope) -> Iterator[Charge]:
    """A stage is free unless it has a cache, or traces."""
    yield from traces(scope, "xrayTracingEnabled")
    if scope.flag("cacheClusterEnabled"):
        size = scope.text("cacheClusterSize", "0.5")
        yield scope.charge(f"Cache ({size} GB)", ("apigateway", f"cache_{size}_hour"), ONE, Metering.FULL_HOURS)


PRICERS: Final = {
    tokens.REST_API[0]: Pricer(rest_api, twins=("aws_api_gateway_rest_api",), usage=(REQUESTS,)),
    tokens.API_STAGE[0]: Pricer(stage, twins=("aws_api_gateway_stage",), usage=(TRACES,)),
}
