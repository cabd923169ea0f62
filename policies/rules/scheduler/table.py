"""Data rules about scheduler."""

from __future__ import annotations

from typing import Final

from deployment.tokens import SCHEDULE
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.table import must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-schedule-customer-key",
        SCHEDULE,
        must_have("kmsKeyArn", "the ARN of a customer managed key"),
        title="Schedules are encrypted with the stack's own key",
        severity=Severity.LOW,
        enforcement=Enforcement.ADVISORY,
        why="A schedule's input can hold addresses and texts of notices.",
        fix="Set kmsKeyArn to the ARN of a customer managed key ($1 a month), or waive this.",
        source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html",
        frameworks=("checkov:CKV_AWS_297",),
    ),
)
