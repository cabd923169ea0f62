"""What a schedule could not deliver is kept."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.model import Enforcement, Severity
from policies.rule import Rule
from policies.rules._tokens import SCHEDULE

RULE = Rule(
    id="maintenance-schedules-retry",
    title="What a schedule could not deliver is kept",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="Without a dead-letter queue a notice that failed leaves no trace.",
    fix="Set target.deadLetterConfig.arn to a queue.",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html",
    types=SCHEDULE,
    check=must_be_set("target.deadLetterConfig.arn", "the ARN of a queue"),
    passing={"notice": (SCHEDULE[0], {"target": {"deadLetterConfig": {"arn": "arn:queue"}}})},
    failing={"notice": (SCHEDULE[0], {"target": {"arn": "arn:topic"}})},
)
