"""Each alarm, launch and failed workflow of the stack is followed by an event rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    COMPOSITE_ALARM,
    EVENT_RULE,
    EVENT_TARGET,
    LOG_GROUP,
    LOG_METRIC_FILTER,
    METRIC_ALARM,
    SCALING_GROUP,
    STATE_MACHINE,
    TOPIC,
)
from deployment.unknown import UNKNOWN
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._events import alarm_event, execution_event, launch_event, targets_for

ENDS: Final = ("FAILED", "TIMED_OUT", "ABORTED")


def check(context: Context) -> Iterator[Problem]:
    """An event of each kind, made up, is matched by a rule that has a target."""
    if not context.is_plant_stack:
        return
    graph = context.graph
    if any(rule.get("eventPattern") is UNKNOWN for rule in graph.of_type(*EVENT_RULE)):
        yield undecided("eventPattern")
        return
    for alarm in graph.of_type(*METRIC_ALARM, *COMPOSITE_ALARM):
        arn, name = alarm.outputs.get("arn"), alarm.outputs.get("name") or alarm.get("alarmName")
        if isinstance(arn, str) and not any(targets_for(alarm_event(arn, str(name)), context)):
            yield Problem(
                "no event rule follows this alarm, so the Health Aggregator never hears of it", resource=alarm
            )
    for group in graph.of_type(*SCALING_GROUP):
        yield from uncounted(group, context)
    for machine in graph.of_type(*STATE_MACHINE):
        arn = machine.outputs.get("arn")
        for status in ENDS if isinstance(arn, str) else ():
            if not any(targets_for(execution_event(str(arn), status), context)):
                yield Problem(
                    f"no event rule follows executions that end as {status}, so nobody hears of it; add the status to "
                    "one",
                    resource=machine,
                )


def uncounted(group: Resource, context: Context) -> Iterator[Problem]:
    """Launches of a group whose events reach no log group in which they are counted."""
    name = group.outputs.get("name") or group.outputs.get("id")
    for outcome in ("Successful", "Unsuccessful") if isinstance(name, str) else ():
        reached = [
            log
            for target in targets_for(launch_event(str(name), outcome), context)
            for log in context.graph.referenced(target, "arn", *LOG_GROUP)
        ]
        if not any(context.pointing_at(log, "logGroupName", *LOG_METRIC_FILTER) for log in reached):
            yield Problem(
                f"events of launches that end as {outcome} reach no log group with a metric filter; add the group and "
                "the "
                "detail-type to an event rule",
                resource=group,
            )


_PATTERN: Final = '{"source": ["aws.cloudwatch"], "resources": ["arn:p95"]}'


def _stack(pattern: str) -> dict[str, Any]:
    return {
        "root": (ROOT_TYPE, {}),
        "p95": (METRIC_ALARM[0], {}),
        "rule": (EVENT_RULE[0], {"eventPattern": pattern}),
        "to-topic": (EVENT_TARGET[0], {"rule": "id:rule", "arn": "arn:health"}),
        "health": (TOPIC[0], {}),
    }


RULE = Rule(
    id="observability-events-followed",
    title="Each alarm, launch and failed workflow is followed by an event rule",
    severity=Severity.HIGH,
    why="What no rule matches reaches neither the Health Aggregator nor the metrics, and no error tells.",
    fix="Name the alarm, group or state machine in the eventPattern of a rule with a target.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html",
    check_stack=check,
    passing=_stack(_PATTERN),
    failing=_stack(_PATTERN.replace("arn:p95", "arn:other")),
)
