"""SNS: publishes of a topic, and deliveries of each subscription by protocol."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey

PUBLISHES: Final = UsageKey("monthly_requests", Decimal(1000), "publishes a month")
DELIVERIES: Final = UsageKey("monthly_requests", Decimal(1000), "deliveries a month")

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
    """Messages published to a topic."""
    yield scope.use("Publishes", ("sns", "million_requests"), scope.usage(PUBLISHES, messages(scope)), Driver.EVENTS)


def subscription(scope: Scope) -> Iterator[Charge]:
    """Messages delivered to one subscription."""
    protocol = scope.text("protocol").lower()
    if (key := DELIVERY_PRICES.get(protocol)) is None:
        raise Unpriced(f"protocol {protocol!r}; priced are {', '.join(DELIVERY_PRICES)}")
    yield scope.use(f"Deliveries by {protocol}", ("sns", key), scope.usage(DELIVERIES, messages(scope)), Driver.EVENTS)


def messages(scope: Scope) -> Amount | None:
    """Messages a month that the stack's declaration implies; None without one."""
    if not scope.pricing.basis.declared:
        return None
    notices = scope.traffic.notices_per_month
    return Amount.of(0, notices + ALARM_MESSAGES, (notices + ALARM_MESSAGES) * 10)


PRICERS: Final = {
    "aws:sns/topic:Topic": Pricer(topic, twins=("aws_sns_topic",), usage=(PUBLISHES,)),
    "aws:sns/topicSubscription:TopicSubscription": Pricer(
        subscription, twins=("aws_sns_topic_subscription",), usage=(DELIVERIES,)
    ),
}
