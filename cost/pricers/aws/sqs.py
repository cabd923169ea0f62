"""SQS: requests of standard and FIFO queues."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "requests a month, in chunks of 64 KB")


def queue(scope: Scope) -> Iterator[Charge]:
    """Requests: sending, receiving and deleting each count."""
    key = "million_fifo_requests" if scope.flag("fifoQueue") else "million_requests"
    yield scope.use("Requests", ("sqs", key), scope.usage(REQUESTS))


PRICERS: Final = {tokens.QUEUE[0]: Pricer(queue, twins=("aws_sqs_queue",), usage=(REQUESTS,))}
