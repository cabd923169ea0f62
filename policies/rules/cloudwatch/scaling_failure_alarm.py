"""An alarm watches the rate of failed launches: over 5 %."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deployment.tokens import EVENT_RULE, LOG_METRIC_FILTER, METRIC_ALARM
from deployment.unknown import UNKNOWN
from policies.checks import number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._alarms import expected_here, measures

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_PERCENT = 5


def check(context: Context) -> Iterator[Problem]:
    """More than 5 % failed launches raises an alarm, computed from the events that AWS sends."""
    if not expected_here(context):
        return
    alarms = {
        one.alarm.urn: one.alarm
        for one in measures(context)
        if SCALING.search(one.metric) and FAILURE.search(one.metric)
    }
    if not alarms:
        yield Problem("no alarm watches the rate of failed launches; add one with metric math over launch events")
    for alarm in alarms.values():
        value = alarm.get("threshold")
        threshold = number(value)
        if value is UNKNOWN:
            yield undecided("threshold")._replace(resource=alarm)
        elif threshold is None or not 0 < threshold <= LIMIT_PERCENT:
            yield Problem(f"threshold is {shown(value)} %; set it to {LIMIT_PERCENT} or less", "threshold", alarm)
        if alarm.get("comparisonOperator") not in ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold"):
            yield Problem(
                f"comparisonOperator is {shown(alarm.get('comparisonOperator'))}; set it to GreaterThanThreshold",
                "comparisonOperator",
                alarm,
            )
    if any(one.namespace == "AWS/EKS" for one in measures(context)):
        return  # the scheduler of a cluster counts by itself
    filters = context.graph.of_type(*LOG_METRIC_FILTER)
    if alarms and not any(FAILURE.search(str(one.get("metricTransformation.name"))) for one in filters):
        yield Problem(
            "no metric filter counts failed launches, so the alarm watches nothing; add aws.cloudwatch.LogMetricFilter"
        )
    patterns = [one.get("eventPattern") for one in context.graph.of_type(*EVENT_RULE)]
    if alarms and not any("aws.autoscaling" in str(pattern) for pattern in patterns):
        if UNKNOWN in patterns:
            yield undecided("eventPattern")
            return
        yield Problem("no event rule collects launch events of aws.autoscaling; add aws.cloudwatch.EventRule")


SCALING = re.compile(r"(?i)launch|scal|schedule_attempts")
FAILURE = re.compile(r"(?i)fail|unsuccess|unschedulable")

RULE = Rule(
    id="observability-scaling-failure-alarm",
    title="An alarm watches the rate of failed launches: over 5 %",
    severity=Severity.HIGH,
    why=(
        "A fleet that can't launch looks healthy until the spike; AWS has no metric for it, so the stack "
        "counts the events."
    ),
    fix=("Add an event rule for launch events, metric filters, and a MetricAlarm with metric math and threshold 5."),
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "alarm": (
            METRIC_ALARM[0],
            {
                "threshold": 5,
                "comparisonOperator": "GreaterThanThreshold",
                "metricQueries": [{"metric": {"metricName": "launch_failures", "stat": "Sum", "period": 300}}],
            },
        ),
        "filter": (LOG_METRIC_FILTER[0], {"metricTransformation": {"name": "launch_failures"}}),
        "events": (EVENT_RULE[0], {"eventPattern": '{"source": ["aws.autoscaling"]}'}),
    },
    failing={"root": (ROOT_TYPE, {})},
)
