"""How often a schedule expression of AWS starts something in a month."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from cost.charges import Unpriced
from cost.uptime import MONTH_HOURS
from deployment.graph import Resource

_MINUTES: Final = {"minute": 1, "hour": 60, "day": 1440}
_MONTH_DAYS: Final = MONTH_HOURS / 24
_NAMES: Final = {
    name: str(number)
    for names, start in (("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", 1), ("SUN MON TUE WED THU FRI SAT", 1))
    for number, name in enumerate(names.split(), start)
}


def rule_runs(schedule: Resource) -> Decimal:
    """Runs a month of a schedule, or of a rule of EventBridge; 0 of one that is disabled, or waits for events. Raises
    Unpriced where its times can't be read."""
    if schedule.get("state") == "DISABLED" or schedule.get("isEnabled") in (False, "false"):
        return Decimal(0)
    if not schedule.gives("scheduleExpression"):
        return Decimal(0)
    return runs_per_month(str(schedule.get("scheduleExpression")))


@lru_cache(maxsize=1024)  # stacks start many things at the same times
def runs_per_month(expression: str) -> Decimal:
    """Runs a month of an ``at(…)``, ``rate(…)`` or ``cron(…)`` expression. Raises Unpriced for any other text.

    A cron expression counts the most that its fields allow in an average month.
    """
    kind, _, rest = expression.strip().partition("(")
    body = rest.removesuffix(")").strip()
    if kind == "at":
        return Decimal(1)
    if kind == "rate" and (found := re.fullmatch(r"([1-9]\d{0,8}) (minute|hour|day)s?", body)):
        return MONTH_HOURS * 60 / (Decimal(found[1]) * _MINUTES[found[2]])
    fields = body.split()
    if kind == "cron" and len(fields) == 6:
        minutes = _matches(fields[0], 0, 59)
        hours = _matches(fields[1], 0, 23)
        months = _matches(fields[3], 1, 12)
        return minutes * hours * _days(fields[2], fields[4]) * months / 12
    raise Unpriced(f"schedule {expression!r} is none of at(…), rate(…), cron(…), so its runs can't be counted")


def _days(of_month: str, of_week: str) -> Decimal:
    if of_month not in ("?", "*"):
        return min(_matches(re.sub(r"[WL]", "", of_month) or "1", 1, 31), _MONTH_DAYS)
    if of_week not in ("?", "*"):
        if "#" in of_week or of_week.endswith("L"):
            return Decimal(1)
        return _matches(of_week, 1, 7) * _MONTH_DAYS / 7
    return _MONTH_DAYS


def _matches(field: str, low: int, high: int) -> Decimal:
    """How many values from `low` to `high` one cron field allows."""
    values: set[int] = set()
    for part in re.sub(r"[A-Z]{3}", lambda name: _NAMES.get(name[0], name[0]), field.upper()).split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            start = low if first == "*" else int(first)
            end = high if first == "*" or (step and not last) else int(last or first)
            values.update(range(start, min(end, high) + 1, int(step or 1)))
        except ValueError:
            raise Unpriced(f"schedule field {field!r} isn't a cron field") from None
    return Decimal(len(values))
