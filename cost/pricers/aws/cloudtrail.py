"""AWS CloudTrail: copies of management events beyond the first, data events, and insights."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey, told
from deployment import tokens

COPIES: Final = UsageKey(
    "monthly_additional_management_events", Decimal(0), "management events a month that another trail delivers already"
)
DATA: Final = UsageKey("monthly_data_events", Decimal(1_000_000), "data events a month")
INSIGHTS: Final = UsageKey("monthly_insight_events", Decimal(100_000), "management events a month that are analysed")

SECOND: Final = UsageKey(COPIES.name, Decimal(100_000), COPIES.meaning)


def trail(scope: Scope) -> Iterator[Charge]:
    """Events of a trail. The first copy of management events is free in an account: trails after the graph's first are
    counted as further copies, and a trail of somebody else's, which only a usage file knows, isn't."""
    first = scope.is_the(scope.graph.of_type(tokens.TRAIL[0])[0].urn)
    if not first or scope.given(COPIES) is not None:
        used = scope.usage(COPIES if first else SECOND)
        yield scope.use("Further copies of management events", ("cloudtrail", "100k_management_events"), used)
    selectors = (*scope.items("eventSelectors"), *scope.items("advancedEventSelectors"))
    if any(_selects_data(each) for each in selectors) or scope.given(DATA) is not None:
        yield scope.use("Data events", ("cloudtrail", "100k_data_events"), scope.usage(DATA))
    if scope.items("insightSelectors") or scope.given(INSIGHTS) is not None:
        yield scope.use("Events analysed for insights", ("cloudtrail", "100k_insight_events"), scope.usage(INSIGHTS))


def _selects_data(selector: object) -> bool:
    """True unless a selector is one of management events alone."""
    if not isinstance(selector, dict):
        return True
    if "fieldSelectors" not in selector:
        return bool(told(selector, "dataResources"))
    categories = [each for each in told(selector, "fieldSelectors") or () if each.get("field") == "eventCategory"]
    return not any("Management" in (each.get("equals") or ()) for each in categories)


PRICERS: Final = {tokens.TRAIL[0]: Pricer(trail, twins=("aws_cloudtrail",), usage=(COPIES, DATA, INSIGHTS))}
