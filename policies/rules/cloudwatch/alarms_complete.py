"""Every alarm has a threshold, a comparison and a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, number, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.table import must_have

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PERIODS = 60
LONGEST_SECONDS = 3600


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An alarm says over how many periods it looks, and how it compares."""
    periods = resource.get("evaluationPeriods")
    if periods is UNKNOWN:
        yield undecided("evaluationPeriods")
    elif not 1 <= (number(periods) or 0) <= MOST_PERIODS:
        yield Problem(f"evaluationPeriods is {shown(periods)}; give 1 to {MOST_PERIODS}", "evaluationPeriods")
    wanted = number(resource.get("datapointsToAlarm"))
    if wanted is not None and number(periods) is not None and wanted > (number(periods) or 0):
        yield Problem(
            f"datapointsToAlarm is {wanted}, of {shown(periods)} evaluationPeriods; AWS refuses more than there are",
            "datapointsToAlarm",
        )
    if resource.get("comparisonOperator") == "GreaterThanOrEqualToThreshold" and number(resource.get("threshold")) == 0:
        yield Problem("threshold is 0 and the comparison >=, so the alarm is always on; set it above 0", "threshold")
    for path in ("period", "metricQueries[*].metric.period"):
        if any((number(value) or 0) > LONGEST_SECONDS for value in resource.all(path)):
            yield Problem(f"{path} is over {LONGEST_SECONDS} s; give an hour at most", path)
    if is_absent(resource.get("threshold")) and is_absent(resource.get("thresholdMetricId")):
        yield Problem("threshold is not set; give it", "threshold")
    yield from must_have("comparisonOperator", "GreaterThanThreshold or another").check(resource, context)
    operator = resource.get("comparisonOperator")
    counts_what_serves = resource.get("metricName") == "HealthyHostCount"
    if context.is_plant_stack and not counts_what_serves and isinstance(operator, str) and operator.startswith("Less"):
        yield Problem(
            f"comparisonOperator is {operator}; every alarm of this stack goes off upwards", "comparisonOperator"
        )


RULE = Rule(
    id="observability-alarms-complete",
    title="Every alarm has a threshold, a comparison and a window",
    severity=Severity.MEDIUM,
    why="AWS refuses an incomplete alarm at deployment; one that looks at days of data stays on for days.",
    fix="Set threshold, comparisonOperator, and evaluationPeriods to 60 at most.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    types=METRIC_ALARM,
    reads_graph=True,
    check=check,
    passing={
        "alarm": (
            METRIC_ALARM[0],
            {"threshold": 1, "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1},
        )
    },
    failing={"alarm": (METRIC_ALARM[0], {"threshold": 1, "comparisonOperator": "GreaterThanThreshold"})},
)
