"""Data rules about sqs."""

from __future__ import annotations

from typing import Final

from deployment.tokens import QUEUE, QUEUE_POLICY
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import names_principals
from policies.table import row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-queue-not-public",
        (*QUEUE, *QUEUE_POLICY),
        names_principals("policy", "sqs:SendMessage"),
        title="SQS queues admit named principals only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A public queue lets anybody read, inject or delete messages.",
        fix="Name the principals in the queue's policy, or bind them with aws:SourceArn.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html#sqs-3",
        frameworks=("checkov:CKV_AWS_168", "checkov:CKV_AWS_387", "fsbp:SQS.3"),
    ),
)
