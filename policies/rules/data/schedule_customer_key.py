"""Schedules are encrypted with the stack's own key."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.rules._tokens import SCHEDULE

RULE = Rule(
    id="data-schedule-customer-key",
    title="Schedules are encrypted with the stack's own key",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="A schedule's input can hold addresses and texts of notices.",
    fix="Set kmsKeyArn to the stack's key; without that key this is waived for its $1.",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html",
    frameworks=("checkov:CKV_AWS_297",),
    types=SCHEDULE,
    check=must_be_set("kmsKeyArn", "the ARN of the stack's key"),
    passing={"schedule": (SCHEDULE[0], {"kmsKeyArn": "arn:key"})},
    failing={"schedule": (SCHEDULE[0], {})},
)
