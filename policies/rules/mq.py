"""Data rules about message brokers."""

from __future__ import annotations

from typing import Final

from deployment.tokens import MESSAGE_BROKER
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-broker-not-public",
        MESSAGE_BROKER,
        must_be("publiclyAccessible", False, None),
        title="Message brokers have no public address",
        severity=Severity.HIGH,
        risk=Risk.EXPOSURE,
        why="A broker on the internet is one password away from everybody's messages.",
        fix="Leave publiclyAccessible at false.",
        source="https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/using-amazon-mq-securely.html",
        frameworks=("checkov:CKV_AWS_69",),
        mends=True,
    ),
)
