"""Built-in traffic profiles: ``spike:factor=10,ramp=60s`` and the like; several add up.

Adding one = a function here and a row in PROFILES. Rates default to the stack's declared peak.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from deployment.errors import InputError, meant
from workbench.simulate.traffic.duration import DAY_SECONDS, MOST_SECONDS, UNITS, seconds_of
from workbench.simulate.traffic.stream import Stream, from_points


@dataclass(frozen=True, slots=True)
class Context:
    """What a profile may refer to."""

    peak_rps: float
    """Declared peak of the stack, requests a second."""
    duration_seconds: float
    """Length of the simulation."""


def steady(context: Context, *, rate: float | None = None, clients: int = 1000) -> Stream:
    """The same rate all the time (default: the declared peak)."""
    rps = context.peak_rps if rate is None else rate
    return Stream("steady", from_points([(0, rps), (context.duration_seconds, rps)]), clients)


def daily(context: Context, *, peak: float | None = None, trough: float = 0.2, clients: int = 1000) -> Stream:
    """A cosine over 24 hours: lowest (`trough` x peak) at the start, highest after 12 hours."""
    top = context.peak_rps if peak is None else peak
    low = top * trough
    step = 300.0
    count = math.ceil(context.duration_seconds / step)
    times = [min(index * step, context.duration_seconds) for index in range(count + 1)]
    points = [(t, low + (top - low) * (1 - math.cos(2 * math.pi * t / DAY_SECONDS)) / 2) for t in times]
    return Stream("daily", from_points(points), clients)


def spike(
    context: Context,
    *,
    factor: float = 10.0,
    base: float | None = None,
    at: float = 600.0,
    ramp: float = 60.0,
    hold: float = 1800.0,
    clients: int = 1000,
) -> Stream:
    """From `base` (default: the declared peak) to `factor` times it within `ramp`, and back after `hold`."""
    low = context.peak_rps if base is None else base
    high = low * factor
    end = max(context.duration_seconds, at + 2 * ramp + hold)
    points = [(0, low), (at, low), (at + ramp, high), (at + ramp + hold, high), (at + 2 * ramp + hold, low), (end, low)]
    return Stream("spike", from_points(points), clients)


def flash_crowd(
    context: Context,
    *,
    factor: float = 20.0,
    base: float | None = None,
    at: float = 600.0,
    rise: float = 10.0,
    half_life: float = 600.0,
    clients: int = 5000,
) -> Stream:
    """Everybody at once: up to `factor` x base within `rise`, then down by half every `half_life`."""
    low = context.peak_rps if base is None else base
    points = [(0.0, low), (at, low)]
    now = at + rise
    while now < context.duration_seconds:
        points.append((now, low + low * (factor - 1) * 0.5 ** ((now - at - rise) / half_life)))
        now += half_life / 8
    points.append((max(context.duration_seconds, at + rise), points[-1][1]))
    return Stream("flash-crowd", from_points(points), clients)


def flood(
    context: Context,
    *,
    rate: float | None = None,
    addresses: int = 5,
    at: float = 600.0,
    hold: float = 1800.0,
    heavy: float = 0.0,
) -> Stream:
    """An attack from few addresses (default: 50 x the declared peak), `heavy` of it on the heavy paths."""
    rps = context.peak_rps * 50 if rate is None else rate
    return Stream("flood", from_points([(at, rps), (at + hold, rps)]), addresses, heavy)


def maintenance(
    context: Context,
    *,
    base: float | None = None,
    at: float = 900.0,
    ramp: float = 300.0,
    hold: float = 1200.0,
    surge: float = 2.0,
    clients: int = 1000,
) -> Stream:
    """Clients drain before a window, stay away for `hold`, and come back together, `surge` times as many."""
    low = context.peak_rps if base is None else base
    back = at + ramp + hold
    end = max(context.duration_seconds, back + ramp)
    points = [(0, low), (at, low), (at + ramp, 0), (back, 0), (back, low * surge), (back + ramp, low), (end, low)]
    return Stream("maintenance", from_points(points), clients)


PROFILES: Final[Mapping[str, Callable[..., Stream]]] = {
    "steady": steady,
    "daily": daily,
    "spike": spike,
    "flash-crowd": flash_crowd,
    "flood": flood,
    "maintenance": maintenance,
}
"""Name on the command line -> profile."""

_LIMITS: Final = {
    "addresses": 1e6,
    "clients": 1e6,
    "rate": 1e6,
    "peak": 1e6,
    "base": 1e6,
    "factor": 1e5,
    "surge": 1e5,
}
_RATIOS: Final = ("heavy", "trough")


def parse(text: str, context: Context) -> Stream:
    """Stream of ``name`` or ``name:key=value,...``. Raises InputError that names all that is wrong."""
    name, _, arguments = text.partition(":")
    profile = PROFILES.get(name.strip())
    if profile is None:
        raise InputError(
            f"profile {name!r} is not known{meant(name.strip(), PROFILES)}; allowed: {', '.join(PROFILES)}"
        )
    allowed = {key: parameter for key, parameter in inspect.signature(profile).parameters.items() if key != "context"}
    problems: list[str] = []
    values: dict[str, float | int] = {}
    given: set[str] = set()
    for part in filter(None, (piece.strip() for piece in arguments.split(","))):
        key, equals, value = part.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or key not in allowed:
            problems.append(f"profile {name}: {part!r} is not understood; allowed: {', '.join(allowed)} (key=value)")
            continue
        if key in given:
            problems.append(f"profile {name}: {key} is there twice")
            continue
        given.add(key)
        is_time = key not in _RATIOS and key not in _LIMITS
        limit = 1.0 if key in _RATIOS else _LIMITS.get(key, MOST_SECONDS)
        number = seconds_of(value) if is_time else _number(value)
        whole = isinstance(allowed[key].default, int) and not isinstance(allowed[key].default, bool)
        if not 0 <= number <= limit or (whole and (number < 1 or number != int(number))):
            kind = "a whole number from 1" if whole else "a number from 0"
            units = f"; it may end in {', '.join(filter(None, UNITS))}" if is_time else ""
            problems.append(f"profile {name}: {key}={value.strip()!r} has to be {kind} to {limit:,.0f}{units}")
            continue
        values[key] = int(number) if whole else number
    if problems:
        raise InputError(*problems)
    return profile(context, **values)


def _number(text: str) -> float:
    """A plain number, as a rate or a factor is: of 5m nobody knows whether it is 300 or 5 a minute. NaN for others."""
    try:
        return float(text)
    except ValueError:
        return math.nan
