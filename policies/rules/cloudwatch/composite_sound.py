"""A composite alarm is made of alarms that exist, and of all that it sums up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import COMPOSITE_ALARM, METRIC_ALARM
from deployment.unknown import UNKNOWN
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import expected_here, measures

NAMED: Final = re.compile(r"(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*[\"']?([^\"')]+)[\"']?\s*\)")
WANTED: Final = ("TargetResponseTime", "HTTPCode_Target_5XX_Count", "UnHealthyHostCount")
"""Slow, failing, down: what users notice."""


def check(context: Context) -> Iterator[Problem]:
    """Each alarm that a composite names is in the stack, and one composite sums up all that users notice."""
    if not expected_here(context):
        return
    alarms = {name: one for one in context.graph.of_type(*METRIC_ALARM) for name in names_of(one)}
    composites = context.graph.of_type(*COMPOSITE_ALARM)
    if not alarms or any(one.get("alarmRule") is UNKNOWN for one in composites):
        return
    summed: set[str] = set()
    for composite in composites:
        rule = str(composite.get("alarmRule"))
        named = NAMED.findall(rule)
        if not named:
            yield Problem('alarmRule names no alarm; write ALARM("name") OR …', "alarmRule", composite)
        for name in named:
            name = name.rpartition(":alarm:")[2]
            if name not in alarms:
                yield Problem(f"alarmRule names {name}, which is no alarm of this stack", "alarmRule", composite)
            else:
                summed |= {one.metric for one in measures(context) if one.alarm is alarms[name]}
        if " AND " in f" {rule} ":
            yield Problem(
                "alarmRule joins alarms by AND; users are affected when one is on: use OR", "alarmRule", composite
            )
        if re.search(r"\b(?:NOT|OK\(|FALSE)", rule):
            yield Problem(
                "alarmRule holds NOT, OK or FALSE; name the states that hurt, by ALARM(…)", "alarmRule", composite
            )
    missing = [metric for metric in WANTED if metric not in summed]
    if composites and missing:
        yield Problem(
            f"no composite sums up {', '.join(missing)}; name its alarm in alarmRule", "alarmRule", composites[0]
        )


def names_of(alarm: Resource) -> Iterator[str]:
    """Names by which others refer to an alarm."""
    for value in (alarm.outputs.get("name"), alarm.get("name"), alarm.outputs.get("id")):
        if isinstance(value, str):
            yield value


def _stack(rule: str) -> dict[str, Any]:
    alarms = {metric: (METRIC_ALARM[0], {"name": metric, "metricName": metric}) for metric in WANTED}
    return {"root": (ROOT_TYPE, {}), **alarms, "users": (COMPOSITE_ALARM[0], {"alarmRule": rule})}


_RULE: Final = " OR ".join(f'ALARM("{metric}")' for metric in WANTED)

RULE = Rule(
    id="observability-composite-sound",
    title="A composite alarm is made of alarms that exist, and of all that users notice",
    severity=Severity.HIGH,
    why="What it leaves out wakes nobody; AWS refuses a rule that names an alarm which is not there.",
    fix='Set alarmRule to ALARM("…") OR ALARM("…") over latency, errors and health of the stable fleet.',
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html",
    check_stack=check,
    passing=_stack(_RULE),
    failing=_stack(f'ALARM("{WANTED[0]}")'),
)
