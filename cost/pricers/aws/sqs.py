"""SQS: requests of standard and FIFO queues."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import ceil
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey, Used
from deployment import tokens

CHUNK_KB: Final = 64
"""Kilobytes of a request that are billed as one (SQS pricing page, 2026)."""

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "requests a month")
REQUEST_KB: Final = UsageKey(
    "request_size_kb", Decimal(CHUNK_KB), f"kilobytes of one request; each {CHUNK_KB} of them are billed as one"
)


def queue(scope: Scope) -> Iterator[Charge]:
    """Requests: sending, receiving and deleting each count, large ones as several."""
    key = "million_fifo_requests" if scope.flag("fifoQueue") else "million_requests"
    used = scope.usage(REQUESTS)
    yield scope.use("Requests", ("sqs", key), Used(used.amount * chunks(scope, REQUEST_KB), used.assumed))


def chunks(scope: Scope, size_kb: UsageKey) -> int:
    """As how many requests one of the size in the usage file is billed."""
    return max(1, ceil(scope.usage(size_kb).amount.expected / CHUNK_KB))


PRICERS: Final = {tokens.QUEUE[0]: Pricer(queue, twins=("aws_sqs_queue",), usage=(REQUESTS, REQUEST_KB))}
