"""Log groups keep their events for a year."""

from __future__ import annotations

from policies.checks import must_be_at_least
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import LOG_GROUP

RULE = Rule(
    id="logging-group-kept-a-year",
    title="Log groups keep their events for a year",
    severity=Severity.MEDIUM,
    why="Intrusions are found months later; a group without retention, on the other hand, is billed for ever.",
    fix="Set retentionInDays to 365 or more.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-16",
    frameworks=("checkov:CKV_AWS_66", "checkov:CKV_AWS_338"),
    types=LOG_GROUP,
    check=must_be_at_least("retentionInDays", 365, "days"),
    passing={"logs": (LOG_GROUP[0], {"retentionInDays": 365})},
    failing={"logs": (LOG_GROUP[0], {"retentionInDays": 0})},
)
