"""AWS AppSync: operations of GraphQL APIs, updates in real time, and minutes of connections."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.tracing import TRACES, traces
from deployment import tokens

OPERATIONS: Final = UsageKey("monthly_operations", Decimal(1_000_000), "queries and changes of data a month")
UPDATES: Final = UsageKey("monthly_real_time_updates", Decimal(0), "updates that subscribers get a month")
MINUTES: Final = UsageKey("monthly_connection_mins", Decimal(0), "minutes of subscribers' connections a month")
OUTBOUND: Final = UsageKey("monthly_outbound_internet_gb", Decimal(0), "gigabytes sent to the internet a month")


def graphql_api(scope: Scope) -> Iterator[Charge]:
    """Operations of an API, and what its subscribers use."""
    operations = scope.usage(OPERATIONS)
    yield scope.use("Operations", ("appsync", "million_operations"), operations)
    for item, key, used in (
        ("Updates in real time", "million_updates", UPDATES),
        ("Connection minutes", "million_minutes", MINUTES),
    ):
        yield from scope.used_where_given(item, ("appsync", key), used)
    yield from scope.used_where_given("Data out to the internet", ("data_transfer", "internet_out_gb"), OUTBOUND)
    yield from traces(scope, "xrayEnabled", operations.amount)


PRICERS: Final = {
    tokens.GRAPHQL_API[0]: Pricer(
        graphql_api, twins=("aws_appsync_graphql_api",), usage=(OPERATIONS, UPDATES, MINUTES, OUTBOUND, TRACES)
    )
}
