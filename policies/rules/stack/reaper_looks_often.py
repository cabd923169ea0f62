"""The reaper looks often enough for the declared hours to hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from deployment.graph import Resource
from deployment.tokens import SCHEDULE, STATE_MACHINE
from policies.checks import number
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._cron import DAYS, minutes_of_week


def check(context: Context) -> Iterator[Problem]:
    """On each day something ends a forgotten session, and on days with one it does so by its declared end."""
    uptime = (context.cost_basis or {}).get("uptime")
    if not isinstance(uptime, Mapping):
        return
    hours, sessions = number(uptime.get("hoursPerSession")), number(uptime.get("sessionsPerMonth"))
    named = [one for one in context.graph.of_type(*SCHEDULE) if one.name == uptime.get("reaper")]
    if hours is None or sessions is None:
        return
    for reaper in named:
        looks = looks_of(reaper)
        if looks is None:
            continue
        regular, longest = gaps(looks)
        if longest > hours * 60 + regular:
            yield Problem(
                f"scheduleExpression leaves {longest / 60:g} h between two looks on a day with a session of {hours} h; "
                "look at its end, and every few hours before and after",
                "scheduleExpression",
                reaper,
            )
        days = {minute // 1440 for minute in looks}
        if sessions < len(days) * 4:
            yield Problem(
                f"{sessions} sessions a month are declared (costBasis.uptime.sessionsPerMonth), and the reaper ends "
                f"one on {len(days)} days of each week; declare {len(days) * 4 + 1} or more",
                "scheduleExpression",
                reaper,
            )
        yield from unwatched(reaper, days, context)


def unwatched(reaper: Resource, days: set[int], context: Context) -> Iterator[Problem]:
    """Days of the week on which nothing ends a forgotten session."""
    for machine in context.graph.referenced(reaper, "target.arn", *STATE_MACHINE):
        for other in context.pointing_at(machine, "target.arn", *SCHEDULE):
            if other.get("state") in (None, "ENABLED"):
                days |= {minute // 1440 for minute in looks_of(other) or ()}
    missing = [name for day, name in enumerate(DAYS) if day not in days]
    if missing:
        yield Problem(
            f"on {', '.join(missing)} nothing ends a session that was forgotten; add an aws.scheduler.Schedule",
            resource=reaper,
        )


def looks_of(schedule: Resource) -> tuple[int, ...] | None:
    """Minutes of the week at which `schedule` comes round."""
    expression = schedule.get("scheduleExpression")
    return minutes_of_week(expression) if isinstance(expression, str) else None


def gaps(looks: tuple[int, ...]) -> tuple[int, int]:
    """(the usual, the longest) minutes between two looks of one day."""
    found = [later - earlier for earlier, later in pairwise(looks) if earlier // 1440 == later // 1440]
    return (Counter(found).most_common(1)[0][0], max(found)) if found else (1440, 0)


def _basis(hours: int) -> dict[str, object]:
    return {"costBasis": {"uptime": {"sessionsPerMonth": 30, "hoursPerSession": hours, "reaper": "reaper"}}}


_REAPER = (SCHEDULE[0], {"scheduleExpression": "cron(0 0,3,6,12,15,18,21 ? * * *)"})

RULE = Rule(
    id="uptime-reaper-looks-often",
    title="The reaper looks often enough for the declared hours to hold",
    severity=Severity.HIGH,
    why="Hours that the reaper does not enforce are a hope, and the price rests on them.",
    fix="Set scheduleExpression so that the reaper looks at the end of each session, and on every day of the week.",
    source="docs/architecture.md, uptime",
    check_stack=check,
    passing={"root": (ROOT_TYPE, _basis(3)), "reaper": _REAPER},
    failing={"root": (ROOT_TYPE, _basis(1)), "reaper": _REAPER},
)
