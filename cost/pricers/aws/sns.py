"""SNS: publishes of a topic, and deliveries of each subscription by protocol."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import ceil
from typing import Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey, Used, is_text
from deployment import tokens
from deployment.graph import Resource

PUBLISHES: Final = UsageKey("monthly_requests", Decimal(1000), "publishes a month")
DELIVERIES: Final = UsageKey("monthly_requests", Decimal(1000), "deliveries a month")
MESSAGE_KB: Final = UsageKey("request_size_kb", Decimal(4), "kilobytes of one message")
CHUNK_KB: Final = 64
"""Kilobytes of a message that a standard topic bills as one (SNS pricing page, 2026)."""
PAYLOAD_GB_KB: Final = Decimal(1_000_000)
"""Kilobytes of a gigabyte of payload: SNS bills decimal ones (AWS Pricing Calculator, FIFO topics, 2026-09)."""

TOPIC: Final = tokens.TOPIC[0]

ALARM_MESSAGES: Final = 100
"""Assumed alarm and rollout messages a month beside the declared notices, in the worst case ten times as many."""

DELIVERY_PRICES: Final = {
    "http": "million_http",
    "https": "million_http",
    "email": "100k_email",
    "email-json": "100k_email",
    "application": "million_mobile_push",
    "firehose": "million_firehose",
    "sms": "100_sms_us",
    "sqs": "million_sqs_lambda",
    "lambda": "million_sqs_lambda",
}
"""Protocol of a subscription -> price of its deliveries."""


def topic(scope: Scope) -> Iterator[Charge]:
    """Messages published to a topic; those to a FIFO topic by number and by gigabyte."""
    published = scope.usage(PUBLISHES, messages(scope))
    if not is_fifo(scope):
        yield scope.use("Publishes", ("sns", "million_requests"), in_chunks(scope, published), Driver.EVENTS)
        return
    yield scope.use("FIFO publishes", ("sns", "million_fifo_requests"), published, Driver.EVENTS)
    payload = payload_gb(scope, published)
    yield scope.use("FIFO payload published", ("sns", "fifo_payload_gb"), payload, Driver.EVENTS)


def subscription(scope: Scope) -> Iterator[Charge]:
    """Messages delivered to one subscription."""
    protocol = scope.text("protocol").lower()
    delivered = scope.usage(DELIVERIES, messages(scope))
    topics = scope.referenced("topic", TOPIC)
    untold = protocol == "sqs" and scope.untold("topic", TOPIC)  # FIFO topics deliver to queues alone
    fifo = any(is_fifo(Scope(scope.pricing, one)) for one in topics)
    if fifo or untold or scope.made(is_fifo_name, "topic"):
        yield scope.use("FIFO deliveries", ("sns", "million_fifo_deliveries"), delivered, Driver.EVENTS)
        payload = payload_gb(scope, delivered)
        yield scope.use("FIFO payload delivered", ("sns", "fifo_delivery_gb"), payload, Driver.EVENTS)
    if (key := DELIVERY_PRICES.get(protocol)) is None:
        raise Unpriced(f"protocol {protocol!r}; priced are {', '.join(DELIVERY_PRICES)}")
    yield scope.use(f"Deliveries by {protocol}", ("sns", key), in_chunks(scope, delivered), Driver.EVENTS)


def is_fifo(scope: Scope) -> bool:
    """True for a topic that keeps the order of its messages."""
    if scope.flag("fifoTopic"):
        return True
    if not scope.made(is_text, "name"):  # one that can't be read has no price
        return scope.text("name").endswith(".fifo")
    return scope.made(is_fifo_name, "name")


def is_fifo_name(resource: Resource, path: str) -> bool:
    """Whether the name, or ARN, of a topic is that of one which keeps the order of its messages."""
    return str(resource.get(path)).endswith(".fifo")


def in_chunks(scope: Scope, messages: Used) -> Used:
    """`messages`, each as many as it has chunks by the size that the usage file gives."""
    chunks = max(1, ceil(scope.usage(MESSAGE_KB).amount.expected / CHUNK_KB))
    return Used(messages.amount * chunks, messages.assumed)


def payload_gb(scope: Scope, messages: Used) -> Used:
    """Gigabytes of `messages`, by the size that the usage file gives."""
    return Used(messages.amount * scope.usage(MESSAGE_KB).amount.expected / PAYLOAD_GB_KB, messages.assumed)


def messages(scope: Scope) -> Amount | None:
    """Messages a month that the stack's declaration implies; None without one."""
    if not scope.pricing.basis.declared:
        return None
    notices = scope.traffic.notices_per_month
    return Amount.of(0, notices + ALARM_MESSAGES, (notices + ALARM_MESSAGES) * 10)


PRICERS: Final = {
    TOPIC: Pricer(topic, twins=("aws_sns_topic",), usage=(PUBLISHES, MESSAGE_KB)),
    tokens.TOPIC_SUBSCRIPTION[0]: Pricer(
        subscription, twins=("aws_sns_topic_subscription",), usage=(DELIVERIES, MESSAGE_KB)
    ),
}
