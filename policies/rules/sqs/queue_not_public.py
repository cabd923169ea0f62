"""SQS queues admit named principals only."""

from __future__ import annotations

from deployment.tokens import QUEUE, QUEUE_POLICY
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import allow, not_public

RULE = Rule(
    id="data-queue-not-public",
    title="SQS queues admit named principals only",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A public queue lets anybody read, inject or delete messages.",
    fix="Name the principals in the queue's policy, or bind them with aws:SourceArn.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html#sqs-3",
    frameworks=("checkov:CKV_AWS_168", "checkov:CKV_AWS_387", "fsbp:SQS.3"),
    types=(*QUEUE, *QUEUE_POLICY),
    check=not_public("policy"),
    passing={"policy": (QUEUE_POLICY[0], {"policy": allow("sqs:SendMessage", Service="events.amazonaws.com")})},
    failing={"policy": (QUEUE_POLICY[0], {"policy": allow("sqs:SendMessage", AWS="*")})},
)
