"""Events that a function failed on are kept."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.rules._tokens import FUNCTION

RULE = Rule(
    id="functions-failures-kept",
    title="Events that a function failed on are kept",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="Without a dead-letter queue a failed event is gone.",
    fix="Set deadLetterConfig.targetArn to a queue or topic.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    frameworks=("checkov:CKV_AWS_116",),
    types=FUNCTION,
    check=must_be_set("deadLetterConfig.targetArn", "the ARN of a queue or topic"),
    passing={"f": (FUNCTION[0], {"deadLetterConfig": {"targetArn": "arn:queue"}})},
    failing={"f": (FUNCTION[0], {})},
)
