"""EventBridge schemas: events that are gone through to discover theirs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

EVENTS: Final = UsageKey(
    "monthly_schema_discovery_events", Decimal(1_000_000), "events of 8 KB a month that schemas are discovered from"
)


def discoverer(scope: Scope) -> Iterator[Charge]:
    """Events of the bus that it watches."""
    yield scope.use("Schema discovery", ("eventbridge", "schema_million_events"), scope.usage(EVENTS))


PRICERS: Final = {tokens.SCHEMA_DISCOVERER[0]: Pricer(discoverer, twins=("aws_schemas_discoverer",), usage=(EVENTS,))}
