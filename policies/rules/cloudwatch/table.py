"""Data rules about cloudwatch."""

from __future__ import annotations

from typing import Final

from deployment.tokens import COMPOSITE_ALARM, LOG_GROUP, METRIC_ALARM
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.table import at_least, must_be, must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "logging-group-customer-key",
        LOG_GROUP,
        must_have("kmsKeyId", "the ARN of a customer managed key"),
        title="Log groups are encrypted with the stack's own key",
        severity=Severity.LOW,
        enforcement=Enforcement.ADVISORY,
        why="Request logs hold users and paths; with a key of one's own access can be withdrawn and is logged.",
        fix="Set kmsKeyId to the ARN of a customer managed key ($1 a month), or waive this.",
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        frameworks=("checkov:CKV_AWS_158",),
    ),
    row(
        "logging-group-kept-a-year",
        LOG_GROUP,
        at_least("retentionInDays", 365, "days"),
        title="Log groups keep their events for a year",
        severity=Severity.MEDIUM,
        why="Intrusions are found months later; a group without retention, on the other hand, is billed for ever.",
        fix="Set retentionInDays to 365 or more.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-16",
        frameworks=("checkov:CKV_AWS_66", "checkov:CKV_AWS_338"),
    ),
    row(
        "observability-alarms-act",
        (*METRIC_ALARM, *COMPOSITE_ALARM),
        must_be("actionsEnabled", True, None),
        must_have("alarmActions", "the ARN of the alert topic"),
        title="Every alarm tells somebody",
        severity=Severity.HIGH,
        why="An alarm without an action tells nobody.",
        fix="Set alarmActions to the alert topic, and leave actionsEnabled on.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-15",
        frameworks=("checkov:CKV_AWS_319",),
    ),
)
