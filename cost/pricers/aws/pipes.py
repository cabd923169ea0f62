"""EventBridge Pipes: requests of a pipe, after its filter."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "requests of 64 KB a month that pass the filter")


def pipe(scope: Scope) -> Iterator[Charge]:
    """Requests, whatever their source and target."""
    yield scope.use("Requests", ("eventbridge", "pipes_million_requests"), scope.usage(REQUESTS))


PRICERS: Final = {tokens.PIPE[0]: Pricer(pipe, twins=("aws_pipes_pipe",), usage=(REQUESTS,))}
