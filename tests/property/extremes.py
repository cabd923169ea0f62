"""The largest and the smallest value of each setting, made from the settings models themselves.

Longest texts follow from the patterns, longest lists from their bounds. The table names only what a type can't say.
"""

from __future__ import annotations

import re
import re._constants as kinds  # type: ignore[import-not-found]
import re._parser as patterns  # type: ignore[import-not-found]
import types
from datetime import datetime
from decimal import Decimal
from ipaddress import IPv4Network
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, IPvAnyNetwork

from .settings_values import DAYS, bounds

UNBOUNDED = 500
"""Length of a text, and number of items, where nothing bounds them."""
NOTHING = object()
LONGEST_ZONE = "America/Argentina/ComodRivadavia"

WORDS: dict[tuple[str, str], tuple[Any, Any]] = {
    ("RolloutSettings", "steps"): (
        [{"percent": 100}],
        [*({"percent": share, "hold_hours": 1} for share in range(10, 100, 10)), {"percent": 100}],
    ),
    ("RolloutSettings", "candidate_image"): (NOTHING, NOTHING),
    ("MaintenanceSettings", "notice_hours"): ([], [168, 167, 48, 24, 1]),
    ("MaintenanceSettings", "time_zone"): ("UTC", LONGEST_ZONE),
    ("MaintenanceSettings", "windows"): (
        [],
        [
            {
                "name": f"w{number:02d}".ljust(24, "x"),
                "weekday": DAYS[number % 7],
                "time": f"{number // 7 * 5:02d}:00",
                "duration_minutes": 60,
                "reason": "é" * 200,
                "week_of_month": number % 4 + 1 if number < 7 else None,
            }
            for number in range(20)
        ],
    ),
    ("MaintenanceSettings", "subscribers"): (
        [],
        [{"protocol": "email", "endpoint": f"{number:02d}".ljust(64, "x") + "@example.com"} for number in range(50)],
    ),
    ("BudgetSettings", "notice_percents"): ([1], [1, 50, 99, 100]),
    ("UptimeSettings", "session_days"): (["MON"], list(DAYS)),
    ("UptimeSettings", "hours_per_session"): (0.5, 6),
    ("UptimeSettings", "session_start"): ("09:00", "09:00"),
    ("UptimeSettings", "time_zone"): ("UTC", LONGEST_ZONE),
    ("FleetSettings", "instance_types"): (["t4g.nano", "t4g.micro"], ["t4g.nano", "t4g.micro"]),
    ("FleetSettings", "container_image"): ("a/b", "docker.io/" + "z" * 290),
    ("FleetSettings", "on_demand_percent_above_base"): (0, 100),  # what a warm pool asks for
    ("FleetSettings", "scheduled_sizes"): (
        [],
        [
            {"name": f"s{number:02d}".ljust(24, "x"), "cron": "0 6 * * *", "min_size": 1, "max_size": 1}
            for number in range(20)
        ],
    ),
    ("NetworkSettings", "cidr"): ("10.64.0.0/25", "10.64.0.0/16"),
    ("NetworkSettings", "zone_count"): (2, 5),
    ("NetworkSettings", "zone_letters"): (NOTHING, NOTHING),
    ("NetworkSettings", "reserved_cidrs"): ([], []),
    ("DataSettings", "stores"): (
        [],
        [
            {
                "name": f"s{number}".ljust(24, "x"),
                "endpoint": "e" * 253,
                "port": 65_535 - number,
                "way": "ipv6",
                "cidrs": [f"2001:db8:{number:x}{index:x}::/48" for index in range(5)],
                "rds_user_arn": f"arn:aws:rds-db:us-east-1:123456789012:dbuser:{'x' * 40}/{'~' * 63}",
            }
            for number in range(10)
        ],
    ),
    ("DataSettings", "environment"): (
        {},
        {f"{'Z' * 61}{number:03d}": "~" * 500 for number in range(10)} | {"Z" * 64: "~" * 279},
    ),
    ("FirewallSettings", "rule_group_rules"): (
        ["rate-per-ip"],
        ["rate-per-ip", "rate-per-user", "rate-heavy-path", "page-size"],
    ),
    ("PlatformSettings", "operator_emails"): (
        ["a@b.cc"],
        [f"{number}{'x' * 241}@example.com" for number in range(10)],
    ),
    # Which stack it is, and what it borrows, is the base's to say.
    ("UptimeSettings", "parked"): (NOTHING, NOTHING),
    ("UptimeSettings", "schedule"): (NOTHING, NOTHING),
    ("TenancySettings", "kind"): (NOTHING, NOTHING),
    ("PlatformSettings", "kind"): (NOTHING, NOTHING),
    ("PlatformSettings", "account_id"): (NOTHING, NOTHING),
    ("PlatformSettings", "cluster"): (NOTHING, NOTHING),
}
"""Model and field -> its smallest and its largest value."""


def extreme(model: type[BaseModel], largest: bool) -> dict[str, Any]:
    """An object of `model` with the largest, or the smallest, value of each field."""
    found = {}
    for name, field in model.model_fields.items():
        value = WORDS.get((model.__name__, name), (None, None))[largest]
        if value is None:
            value = _value(field.annotation, tuple(field.metadata), largest)
        if value is not NOTHING:
            found[name] = value
    return found


def _value(annotation: Any, metadata: tuple[Any, ...], largest: bool) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return _value(annotation.__origin__, (*annotation.__metadata__, *metadata), largest)
    if origin in (Union, types.UnionType):
        [inner] = [one for one in arguments if one is not type(None)]
        return _value(inner, metadata, largest) if largest else NOTHING
    if origin is Literal:
        return arguments[-1 if largest else 0]
    bound = bounds(metadata)
    if origin is tuple:
        count = bound.get("max_length" if largest else "min_length", 0)
        return [_apart(_value(arguments[0], (), largest), number) for number in range(count)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return extreme(annotation, largest)
    if annotation is bool:
        return largest
    if annotation in (int, float, Decimal):
        if largest:
            return bound.get("le", bound.get("lt"))
        return bound.get("ge", bound.get("gt", 0) + 10 ** -bound.get("decimal_places", 6))
    if annotation in (IPv4Network, IPvAnyNetwork):
        return "10.0.0.0/16"
    if annotation is datetime:
        return "2030-01-09T02:00"
    if "pattern" in bound:
        return longest(bound["pattern"], bound.get("max_length", UNBOUNDED)) if largest else NOTHING
    return "é" * bound.get("max_length", UNBOUNDED) if largest else "x" * bound.get("min_length", 1)


def _apart(value: Any, number: int) -> Any:
    """`value`, other than its neighbours in a list."""
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"[0-9./]+", value):
        return f"10.{number}.0.0/16"
    return f"{value[:-2]}{number:02d}" if len(value) > 2 else value


def longest(pattern: str, most: int) -> str:
    """A text of `most` characters, or as many as it allows, that `pattern` matches."""
    return _longest(list(patterns.parse(pattern)), most)


def _longest(items: list[Any], most: int) -> str:
    text = ""
    for index, (kind, value) in enumerate(items):
        room = most - len(text) - sum(map(_least, items[index + 1 :]))
        if kind is kinds.LITERAL:
            text += chr(value)
        elif kind is kinds.IN:
            text += _one(value)
        elif kind is kinds.SUBPATTERN:
            text += _longest(list(value[3]), room)
        elif kind is kinds.BRANCH:
            text += max((_longest(list(branch), room) for branch in value[1]), key=len)
        elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
            least, times, inner = value
            for number in range(least, 0, -1):
                more = _longest(list(inner), room - (number - 1) * sum(map(_least, inner)))
                text, room, times = text + more, room - len(more), times - 1
            while times > 0 and room >= max(1, sum(map(_least, inner))):
                more = _longest(list(inner), room)
                text, room, times = text + more, room - len(more), times - 1
        elif kind is not kinds.AT:
            raise TypeError(f"no longest text for {kind} in a pattern: add it")
    return text


def _least(item: Any) -> int:
    kind, value = item
    if kind is kinds.SUBPATTERN:
        return sum(map(_least, value[3]))
    if kind is kinds.BRANCH:
        return min(sum(map(_least, branch)) for branch in value[1])
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
        return int(value[0]) * sum(map(_least, value[2]))
    return 0 if kind is kinds.AT else 1


def _one(choices: Any) -> str:
    """A character of a class; a letter or digit where there is one."""
    known = [chr(value[1] if kind is kinds.RANGE else value) for kind, value in choices if kind is not kinds.CATEGORY]
    letters = [character for character in known if character.isalnum()]
    return (letters or known or ["w"])[0]
