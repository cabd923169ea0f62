"""SNS topics are encrypted."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import TOPIC

RULE = Rule(
    id="data-topic-encrypted",
    title="SNS topics are encrypted",
    severity=Severity.MEDIUM,
    why="Notices name resources, users and faults.",
    fix="Set kmsMasterKeyId to the stack's key.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-1",
    frameworks=("checkov:CKV_AWS_26", "fsbp:SNS.1"),
    types=TOPIC,
    check=must_be_set("kmsMasterKeyId", "the ARN of the stack's key"),
    passing={"topic": (TOPIC[0], {"kmsMasterKeyId": "arn:key"})},
    failing={"topic": (TOPIC[0], {})},
)
