"""Maintenance mutes pages, never scaling or rollback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from deployment.graph import Resource
from deployment.tokens import APPCONFIG_ENVIRONMENT, COMPOSITE_ALARM, METRIC_ALARM, SCALING_POLICY
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

SAFETY = re.compile(r"(?i)scal|launch|rollback|canary|spike")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No mute silences an alarm that scales the fleet or rolls a release back."""
    if resource.type in COMPOSITE_ALARM:
        suppressor = resource.get("actionsSuppressor.alarm")
        if (
            not is_absent(suppressor)
            and suppressor is not UNKNOWN
            and SAFETY.search(f"{resource.name} {resource.get('alarmName')}")
        ):
            yield Problem(
                "actionsSuppressor would silence an alarm that scales or rolls back; drop it, "
                "and mute a paging alarm instead",
                "actionsSuppressor",
            )
        return
    targets = resource.get("muteTargets.alarmNames")
    if targets is UNKNOWN or is_absent(targets):
        yield Problem("muteTargets names no alarms, so every alarm is muted; name the paging alarms", "muteTargets")
        return
    protected = context.once(protected_names)
    for name in strings(targets):
        if name in protected or SAFETY.search(name):
            yield Problem(
                f"muteTargets names {name}, which scales or rolls back; take it out", "muteTargets.alarmNames"
            )


def protected_names(context: Context) -> set[Any]:
    """Names of the alarms that no mute may hold back."""
    return {alarm.get("name") for alarm in protected_alarms(context)} - {None}


def protected_alarms(context: Context) -> Iterator[Resource]:
    """Alarms that act on the fleet or on a feature flag.

    A mute holds back actions, and leaves the alarm's state alone: an instance refresh that watches a muted
    alarm still rolls back. What must not be muted is an alarm whose action scales, and those of the canary.
    """
    graph = context.graph
    for alarm in graph.of_type(*METRIC_ALARM):
        if graph.referenced(alarm, "alarmActions", *SCALING_POLICY) or graph.referrers(alarm, *APPCONFIG_ENVIRONMENT):
            yield alarm


RULE = Rule(
    id="maintenance-mutes-spare-safety",
    title="Maintenance mutes pages, never scaling or rollback",
    severity=Severity.CRITICAL,
    why="A window that silences the alarms which add capacity or roll back turns a small fault into an outage.",
    fix="Name only paging alarms in muteTargets.alarmNames or behind actionsSuppressor.",
    source="docs/architecture.md, maintenance",
    types=(*COMPOSITE_ALARM, "aws:cloudwatch/alarmMuteRule:AlarmMuteRule"),
    reads_graph=True,
    check=check,
    passing={
        "mute": (
            "aws:cloudwatch/alarmMuteRule:AlarmMuteRule",
            {"muteTargets": {"alarmNames": ["plant-users-affected"]}},
        )
    },
    failing={
        "mute": (
            "aws:cloudwatch/alarmMuteRule:AlarmMuteRule",
            {"muteTargets": {"alarmNames": ["plant-scaling-failures"]}},
        )
    },
)
