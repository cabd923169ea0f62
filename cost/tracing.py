"""AWS X-Ray: traces that a function, a state machine or a stage records when its tracing is on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge
from cost.scope import Scope, UsageKey
from cost.uptime import MONTH_HOURS

TRACES: Final = UsageKey("monthly_traces", Decimal(1_000_000), "traces recorded a month")

EACH_SECOND: Final = MONTH_HOURS * 3600
"""Requests a month that are all traced: by default X-Ray records the first of each second, …"""
OTHERS: Final = Decimal("0.05")
"""… and this part of the others (X-Ray developer guide, default sampling rule, 2026)."""


def traces(scope: Scope, switch: str, requests: Amount | None = None) -> Iterator[Charge]:
    """Recorded traces of `requests` a month, where the property at `switch` is true or ``Active``."""
    if str(scope.known(switch, "")).lower() not in ("true", "active"):
        return
    used = scope.usage(TRACES, None if requests is None else sampled(requests))
    yield scope.use("Traces recorded", ("xray", "million_traces"), used)


def sampled(requests: Amount) -> Amount:
    """Requests that the default rule records, at most."""
    return Amount(
        *(
            min(each, EACH_SECOND) + max(Decimal(0), each - EACH_SECOND) * OTHERS
            for each in (requests.floor, requests.expected, requests.worst)
        )
    )
