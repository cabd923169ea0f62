"""Schedules come round when their expressions say, and those are ones that AWS reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import ALARM_MUTE_RULE, EVENT_RULE, SCHEDULE
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

NTH: Final = re.compile(r"(?:[1-7]|[A-Za-z]{3})#[1-5]")
MOST: Final = (59, 23)
"""Largest minute and hour."""
KINDS: Final = {
    SCHEDULE[0]: ("at", "rate", "cron"),
    EVENT_RULE[0]: ("rate", "cron"),
    ALARM_MUTE_RULE[0]: ("at", "cron"),
}
"""Type -> kinds of expressions that its API takes."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The expression is of a kind that the API takes, and its fields are those of that kind."""
    path = "rule.schedule.expression" if resource.type in ALARM_MUTE_RULE else "scheduleExpression"
    text = resource.get(path)
    if not isinstance(text, str):
        return
    found = re.fullmatch(r"\s*(\w+)\(([^()]*)\)\s*", text)
    kinds = KINDS[resource.type]
    if found is None or found[1] not in kinds:
        yield Problem(f"{text!r} is none of {', '.join(f'{kind}(…)' for kind in kinds)}; write one of them", path)
    elif found[1] == "rate":
        if problem := rate_problem(found[2], strict=resource.type in EVENT_RULE):
            yield Problem(f"{text!r} {problem}", path)
    elif found[1] == "cron":
        for problem in cron_problems(found[2].split(), 5 if resource.type in ALARM_MUTE_RULE else 6):
            yield Problem(f"{text!r} {problem}", path)


def rate_problem(body: str, *, strict: bool) -> str | None:
    """What is wrong with the value and the unit of a rate; a rule of an event bus wants the singular for one."""
    found = re.fullmatch(r"\s*(\d{1,9})\s+(minute|hour|day)(s?)\s*", body)
    if found is None or int(found[1]) == 0:
        return "has to be a positive number and minutes, hours or days"
    if strict and (int(found[1]) == 1) == bool(found[3]):
        return f"needs the unit {found[2]}{'' if int(found[1]) == 1 else 's'}"
    return None


def cron_problems(fields: list[str], count: int) -> Iterator[str]:
    """What is wrong with the fields of a cron expression, of which there have to be `count`."""
    if len(fields) != count:
        yield f"has {len(fields)} fields, and {count} are wanted"
        return
    for name, field, most in zip(("minute", "hour"), fields, MOST, strict=False):
        if any(int(number) > most for number in re.findall(r"\d{1,6}", field.partition("/")[0])):
            yield f"has the {name} {field}; the last one is {most}"
    day, weekday = fields[2], fields[4]
    if count == 6 and "?" not in (day, weekday):
        yield "names a day of the month and one of the week; write ? for one of them"
    if "#" in weekday and (count == 5 or not NTH.fullmatch(weekday)):
        yield f"has the day {weekday}, where " + (
            "no n-th weekday is known" if count == 5 else "one n-th weekday stands alone, 1#1 to 7#5"
        )


def _at(token: str, expression: str) -> tuple[str, dict[str, object]]:
    if token in ALARM_MUTE_RULE:
        return token, {"rule": {"schedule": {"expression": expression, "duration": "PT1H"}}}
    return token, {"scheduleExpression": expression}


_GOOD: Final = {
    "first": _at(SCHEDULE[0], "cron(0 5 ? * SUN#1 *)"),
    "every": _at(EVENT_RULE[0], "rate(5 minutes)"),
    "mute": _at(ALARM_MUTE_RULE[0], "cron(0 5 * * SUN)"),
}

RULE = Rule(
    id="reliability-schedule-expression",
    title="Schedules have expressions that AWS reads",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="AWS refuses such a schedule.",
    fix="Correct the expression: six fields for EventBridge, of which one day is ?, and five for an alarm mute rule.",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html",
    refused_by="scheduler CreateSchedule, events PutRule, cloudwatch PutAlarmMuteRule: ValidationException",
    types=(*SCHEDULE, *EVENT_RULE, *ALARM_MUTE_RULE),
    check=check,
    reads=("rule", "scheduleExpression"),
    passing=_GOOD,
    failing={"first": _at(SCHEDULE[0], "cron(0 5 1-7 * SUN *)")},
    also_passing=(
        {"last": _at(SCHEDULE[0], "cron(0/15 8-18 ? * 6L 2027-2030)")},
        {"once": _at(SCHEDULE[0], "at(2027-01-09T02:00:00)")},
        {"hourly": _at(SCHEDULE[0], "rate(1 hour)")},
        {"one": _at(EVENT_RULE[0], "rate(1 day)")},
        {"monthly": _at(EVENT_RULE[0], "cron(0 12 1 * ? *)")},
        {"pattern": (EVENT_RULE[0], {"eventPattern": "{}"})},
    ),
    also_failing=each(
        _GOOD,
        {"first.scheduleExpression": "cron(0 5 ? * SUN)"},
        {"first.scheduleExpression": "cron(0 24 ? * SUN *)"},
        {"first.scheduleExpression": "cron(60 5 ? * SUN *)"},
        {"first.scheduleExpression": "cron(0 5 ? * 1#1,1#3 *)"},
        {"first.scheduleExpression": "every Sunday"},
        {"first.scheduleExpression": "rate(0 minutes)"},
        {"every.scheduleExpression": "rate(1 minutes)"},
        {"every.scheduleExpression": "rate(5 minute)"},
        {"every.scheduleExpression": "at(2027-01-09T02:00:00)"},
        {"mute.rule.schedule.expression": "cron(0 5 ? * SUN *)"},
        {"mute.rule.schedule.expression": "cron(0 5 * * SUN#1)"},
    ),
)
