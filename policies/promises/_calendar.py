"""When schedules do something, over years: what comes in one week a month can't be told from one week."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from policies.promises._cron import DAYS, minutes_of_week
from policies.promises._rehearsal import World, run
from policies.promises._remembered import remembered
from policies.rules._workflows import literals

FIRST_DAY: Final = datetime(2027, 1, 1)  # noqa: DTZ001 - wall-clock time
DAYS_LOOKED_AT: Final = 4 * 365 + 1
"""Four years, a leap year among them."""


def is_monthly(expression: Any) -> bool:
    """True for a cron of an n-th or last weekday of each month."""
    return isinstance(expression, str) and _nth(expression) is not None


@lru_cache(maxsize=4096)
def moments(expression: str) -> tuple[datetime, ...]:
    """Moments on the wall of a cron for days of each week, or for the n-th or last weekday of each month.

    Empty for any other expression.
    """
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(DAYS_LOOKED_AT)]
    week = minutes_of_week(expression)
    if week is not None:
        starts = [(day, minute) for day in days for minute in week if minute // 1440 == day.isoweekday() % 7]
        return tuple(day + timedelta(minutes=minute % 1440) for day, minute in starts)
    found = _nth(expression)
    if found is None:
        return ()
    weekday, number, time = found
    named = [day for day in days if day.isoweekday() % 7 == weekday]
    if number is None:
        return tuple(day + time for day in named if (day + timedelta(weeks=1)).month != day.month)
    return tuple(day + time for day in named if (day.day - 1) // 7 + 1 == number)


def _nth(expression: str) -> tuple[int, int | None, timedelta] | None:
    """Day of the week (0 is Sunday), which one of the month (None: the last), and time of a monthly cron."""
    found = re.fullmatch(r"\s*cron\((\d+) (\d+) \? \* (\w{3}|[1-7])(?:#([1-5])|L) \*\)\s*", expression)
    names = {**{name: number for number, name in enumerate(DAYS)}, **{str(n + 1): n for n in range(7)}}
    if found is None or found[3] not in names or int(found[1]) > 59 or int(found[2]) > 23:
        return None
    return names[found[3]], int(found[4]) if found[4] else None, timedelta(hours=int(found[2]), minutes=int(found[1]))


def done(events: Sequence[tuple[str, str, str | None]]) -> list[tuple[datetime, ...]]:
    """Moments at which each of (expression, event, machine) tells somebody, played one after the other in order.

    Without a machine that is each of its moments. A machine, as JSON, may look at what an earlier one left in a
    parameter.
    """
    told: list[list[datetime]] = [[] for _ in events]
    state: tuple[tuple[str, str], ...] = ()
    agenda = sorted((moment, index) for index, event in enumerate(events) for moment in moments(event[0]))
    for moment, index in agenda:
        _, event, machine = events[index]
        if machine is None:
            told[index].append(moment)
            continue
        published, state = effect(machine, event, state)
        if published:
            told[index].append(moment)
    return [tuple(one) for one in told]


@remembered
def effect(text: str, event: str, state: tuple[tuple[str, str], ...]) -> tuple[bool, tuple[tuple[str, str], ...]]:
    """Whether a machine tells somebody of an event, and the parameters afterwards, if they were as in `state`."""
    document = json.loads(text)
    choices = [choice for one in document["States"].values() for choice in one.get("Choices", ())]
    world = World(parameters=dict(state), web_acl=tuple(literals(choices)))
    run(document, json.loads(event), world)
    return bool(world.done("sns:publish")), tuple(sorted(world.parameters.items()))


def distance(earlier: Iterable[datetime], later: Sequence[datetime]) -> int | None:
    """Minutes from each earlier moment to the next later one, where they come in pairs; None where they do not."""
    first, second = [one for one in earlier if later and one < later[-1]], list(later)
    if not first:
        return None
    pairs = list(zip(first, [one for one in second if one > first[0]], strict=False))
    apart = {(after - before) // timedelta(minutes=1) for before, after in pairs}
    return apart.pop() if len(apart) == 1 and len(pairs) == len(first) >= len(second) - 1 else None
