"""Data rules about sns."""

from __future__ import annotations

from typing import Final

from deployment.tokens import TOPIC, TOPIC_POLICY, TOPIC_SUBSCRIPTION
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import names_principals
from policies.table import must_have, must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-topic-encrypted",
        TOPIC,
        must_have("kmsMasterKeyId", "the ARN of a customer managed key"),
        title="SNS topics are encrypted",
        severity=Severity.MEDIUM,
        why="Notices name resources, users and faults.",
        fix="Set kmsMasterKeyId to the ARN of a customer managed key.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-1",
        frameworks=("checkov:CKV_AWS_26", "fsbp:SNS.1"),
    ),
    row(
        "data-topic-not-public",
        (*TOPIC, *TOPIC_POLICY),
        names_principals("policy", "sns:Publish"),
        title="SNS topics admit named principals only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A public topic lets anybody read the notices, or send false ones.",
        fix="Name the principals in the topic's policy, or bind them with aws:SourceAccount or aws:SourceArn.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-4",
        frameworks=("checkov:CKV_AWS_169", "checkov:CKV_AWS_385", "fsbp:SNS.4"),
    ),
    row(
        "observability-subscriptions-encrypted",
        TOPIC_SUBSCRIPTION,
        must_not_be("protocol", "http", use="set it to https, and give an https endpoint"),
        title="Notices travel over TLS",
        severity=Severity.MEDIUM,
        risk=Risk.LEAK,
        why="Notices name resources, users and faults; over plain HTTP the network reads them.",
        fix="Set protocol to https and give an https endpoint.",
        source="https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
        frameworks=("prowler:sns_subscription_not_using_http_endpoints",),
    ),
)
