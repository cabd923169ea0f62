"""Notices come when they say, and the window lasts as long as it says."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import SCHEDULE
from policies.checks import number, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._cron import WEEK_MINUTES, minutes_between
from policies.rules._documents import parse_json

MUTE: Final = "aws:cloudwatch/alarmMuteRule:AlarmMuteRule"


def check(context: Context) -> Iterator[Problem]:
    """Each notice is as far ahead as it tells, the end is as long after the start, and the mute lasts no longer."""
    for window, parts in windows(context).items():
        start = next((schedule for schedule, event in parts if event.get("phase") == "start"), None)
        if start is None:
            continue
        lasting = {number(event.get("duration_minutes")) for _, event in parts if "duration_minutes" in event}
        for schedule, event in parts:
            yield from late(window, start, schedule, event)
            if schedule.get("scheduleExpressionTimezone") != start.get("scheduleExpressionTimezone"):
                yield Problem(
                    f"scheduleExpressionTimezone is {shown(schedule.get('scheduleExpressionTimezone'))}, and the "
                    f"window {window} starts by {shown(start.get('scheduleExpressionTimezone'))}; make them equal",
                    "scheduleExpressionTimezone",
                    schedule,
                )
            if event.get("phase") == "end":
                open_minutes = minutes_between(start.get("scheduleExpression"), schedule.get("scheduleExpression"))
                told = next(iter(lasting), None)
                if open_minutes is not None and told is not None and {open_minutes} != lasting:
                    yield Problem(
                        f"the window {window} is open for {open_minutes} minutes, and its notices tell of {told}; make "
                        "them equal (scheduleExpression, duration_minutes)",
                        "scheduleExpression",
                        schedule,
                    )
        yield from mute_problems(window, start, lasting, context)


def late(window: str, start: Resource, schedule: Resource, event: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the hour of a notice, and with what it tells."""
    hours = number(event.get("hours"))
    if hours is None:
        return
    ahead = minutes_between(schedule.get("scheduleExpression"), start.get("scheduleExpression"))
    wanted = hours * 60
    if ahead is not None and ahead != wanted and (not weekly(schedule) or ahead != wanted % WEEK_MINUTES):
        yield Problem(
            f"the notice tells of the window {window} {hours} h ahead, and comes {ahead / 60:g} h ahead; correct "
            "scheduleExpression",
            "scheduleExpression",
            schedule,
        )
    for key in ("event", "message", "time_zone", "duration_minutes"):
        if not event.get(key):
            yield Problem(
                f"the notice of the window {window} lacks {key}; add it to target.input", "target.input", schedule
            )
    if event.get("time_zone") and event.get("time_zone") != schedule.get("scheduleExpressionTimezone"):
        yield Problem(
            f"the notice of {window} tells {shown(event.get('time_zone'))}, and the window is in "
            f"{shown(schedule.get('scheduleExpressionTimezone'))}; make them equal",
            "target.input",
            schedule,
        )


def weekly(schedule: Resource) -> bool:
    """True for a schedule that comes back each week."""
    return str(schedule.get("scheduleExpression")).startswith("cron")


def mute_problems(window: str, start: Resource, lasting: set[Any], context: Context) -> Iterator[Problem]:
    """Mutes named after the window that come at another time, or last longer than it."""
    for mute in context.graph.of_type(MUTE):
        if window not in str(mute.get("name")):
            continue
        off = minutes_between(start.get("scheduleExpression"), mute.get("rule.schedule.expression"))
        lasts = minutes_of(mute.get("rule.schedule.duration"))
        zone = mute.get("rule.schedule.timezone")
        if (
            off is None
            and isinstance(start.get("scheduleExpression"), str)
            and not mute.get("rule.schedule.expression")
        ):
            off = -1
        if off or zone != start.get("scheduleExpressionTimezone"):
            yield Problem(
                f"the mute does not begin with the window {window}; give it the window's expression and time zone",
                "rule.schedule",
                mute,
            )
        if lasts is None or any(told is not None and lasts > told for told in lasting):
            yield Problem(
                f"the mute lasts {shown(mute.get('rule.schedule.duration'))}, longer than the window {window}; pages "
                "would be missed after it",
                "rule.schedule.duration",
                mute,
            )


def minutes_of(duration: Any) -> int | None:
    """Minutes of an ISO 8601 duration such as PT30M."""
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", duration) if isinstance(duration, str) else None
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return (days * 24 + hours) * 60 + minutes


def windows(context: Context) -> dict[str, list[tuple[Resource, Mapping[str, Any]]]]:
    """Window -> its schedules, with the event that each sends."""
    found: dict[str, list[tuple[Resource, Mapping[str, Any]]]] = defaultdict(list)
    for schedule in context.graph.of_type(*SCHEDULE):
        text = schedule.get("target.input")
        event = parse_json(text) if isinstance(text, str) else None
        if isinstance(event, Mapping) and isinstance(event.get("window"), str):
            found[event["window"]].append((schedule, event))
    return found


def _schedule(expression: str, **event: object) -> tuple[str, dict[str, Any]]:
    target = {"input": json.dumps({"window": "weekly", **event})}
    return SCHEDULE[0], {"scheduleExpression": expression, "scheduleExpressionTimezone": "UTC", "target": target}


_TOLD: Final = {"event": "ahead", "message": "Patching", "time_zone": "UTC", "duration_minutes": 30}
_START: Final = _schedule("cron(0 10 ? * WED *)", phase="start")

RULE = Rule(
    id="maintenance-notices-on-time",
    title="Notices of a window come when they say",
    severity=Severity.MEDIUM,
    why="A notice at the wrong hour, or of the wrong length, is worse than none: users plan by it.",
    fix="Correct the scheduleExpression or the target.input that the message names.",
    source="docs/architecture.md, maintenance",
    check_stack=check,
    passing={"start": _START, "day-ahead": _schedule("cron(0 10 ? * TUE *)", hours=24, **_TOLD)},
    failing={"start": _START, "day-ahead": _schedule("cron(0 12 ? * TUE *)", hours=24, **_TOLD)},
)
