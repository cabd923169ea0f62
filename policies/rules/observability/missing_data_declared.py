"""Every alarm says what silence means."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import METRIC_ALARM

RULE = Rule(
    id="observability-missing-data-declared",
    title="Every alarm says what silence means",
    severity=Severity.LOW,
    why="By default a metric that stops leaves the alarm where it was, for days.",
    fix="Set treatMissingData to notBreaching, breaching, ignore or missing.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
    types=METRIC_ALARM,
    check=must_be_set("treatMissingData", "notBreaching, breaching, ignore or missing"),
    passing={"alarm": (METRIC_ALARM[0], {"treatMissingData": "notBreaching"})},
    failing={"alarm": (METRIC_ALARM[0], {})},
)
