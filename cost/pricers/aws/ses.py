"""Amazon SES: mail that an identity sends, mail that is received, addresses of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

SENT: Final = UsageKey("monthly_emails", Decimal(1000), "messages sent a month, counted by their recipients")
ATTACHED: Final = UsageKey("monthly_attachments_gb", Decimal(0), "gigabytes of attachments sent a month")
RECEIVED: Final = UsageKey("monthly_emails_received", Decimal(1000), "messages that the rule receives a month")
CHUNKS: Final = UsageKey("monthly_received_chunks", Decimal(0), "whole 256 KB of what is received a month")


def identity(scope: Scope) -> Iterator[Charge]:
    """Mail that it sends."""
    yield scope.use("Messages sent", ("ses", "1k_recipients"), scope.usage(SENT))
    yield from scope.used_where_given("Attachments", ("ses", "attachment_gb"), ATTACHED)


def receipt_rule(scope: Scope) -> Iterator[Charge]:
    """Mail that it receives."""
    yield scope.use("Messages received", ("ses", "1k_received"), scope.usage(RECEIVED))
    yield from scope.used_where_given("Data received", ("ses", "1k_received_chunks"), CHUNKS)


def address(scope: Scope) -> Iterator[Charge]:
    """A dedicated address."""
    yield scope.charge("Dedicated IP address", ("ses", "dedicated_ip_month"), ONE, Metering.STANDING)


PRICERS: Final = {
    **{
        token: Pricer(identity, twins=(twin,), usage=(SENT, ATTACHED))
        for token, twin in zip(
            tokens.MAIL_IDENTITY,
            ("aws_ses_domain_identity", "aws_ses_email_identity", "aws_sesv2_email_identity"),
            strict=True,
        )
    },
    tokens.MAIL_RECEIPT_RULE[0]: Pricer(receipt_rule, twins=("aws_ses_receipt_rule",), usage=(RECEIVED, CHUNKS)),
    tokens.MAIL_ADDRESS[0]: Pricer(address, twins=("aws_sesv2_dedicated_ip_assignment",)),
}
