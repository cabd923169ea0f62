"""What silence means to an alarm fits its metric."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.tokens import METRIC_ALARM
from deployment.unknown import UNKNOWN
from policies.checks import shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import expected_here, measures

ALWAYS_SENT: Final = ("UnHealthyHostCount", "HealthyHostCount")
"""Metrics that are sent while there is a target: silence means that there is none."""


def check(context: Context) -> Iterator[Problem]:
    """Silence of a fleet's health is alarming; silence of errors, requests and launches is not."""
    if not expected_here(context):
        return
    for alarm, metrics in {one.alarm.urn: (one.alarm, one.metric) for one in measures(context)}.values():
        wanted = "breaching" if metrics in ALWAYS_SENT else "notBreaching"
        given = alarm.get("treatMissingData")
        if given not in (wanted, UNKNOWN):
            why = (
                "while a target is registered it is sent"
                if wanted == "breaching"
                else "nothing is sent while there is none"
            )
            yield Problem(
                f"treatMissingData is {shown(given)} for {metrics}: {why}; set it to {wanted}",
                "treatMissingData",
                alarm,
            )


def _alarm(silence: str) -> dict[str, tuple[str, dict[str, object]]]:
    return {
        "root": (ROOT_TYPE, {}),
        "down": (METRIC_ALARM[0], {"metricName": "UnHealthyHostCount", "treatMissingData": silence}),
    }


RULE = Rule(
    id="observability-silence-fits",
    title="What silence means to an alarm fits its metric",
    severity=Severity.HIGH,
    why="A fleet that is gone sends nothing; a service without errors sends no errors.",
    fix="Set treatMissingData to breaching for UnHealthyHostCount, and to notBreaching for counts and percentiles.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html",
    check_stack=check,
    passing=_alarm("breaching"),
    failing=_alarm("notBreaching"),
)
