"""Log groups are encrypted with the stack's own key."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.rules._tokens import LOG_GROUP

RULE = Rule(
    id="logging-group-customer-key",
    title="Log groups are encrypted with the stack's own key",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="Request logs hold users and paths; with a key of one's own access can be withdrawn and is logged.",
    fix="Set kmsKeyId to the ARN of the stack's key; without that key this is waived for its $1.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    frameworks=("checkov:CKV_AWS_158",),
    types=LOG_GROUP,
    check=must_be_set("kmsKeyId", "the ARN of the stack's key"),
    passing={"logs": (LOG_GROUP[0], {"kmsKeyId": "arn:key"})},
    failing={"logs": (LOG_GROUP[0], {})},
)
