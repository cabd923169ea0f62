"""Everything that neither the stack nor AWS's documents say, by name: ``--assume launch_seconds=45``.

A name is a field of one of the classes below; its docstring holds the doubt. Values are numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from deployment.errors import InputError
from workbench.simulate.cache import KeyPopularity
from workbench.simulate.firewall import FirewallConstants
from workbench.simulate.instance import FleetConstants
from workbench.simulate.scaling.target_tracking import AlarmConstants
from workbench.simulate.scenario import Scenario

GROUPS: Final[Mapping[str, type]] = {
    "alarms": AlarmConstants,
    "fleet": FleetConstants,
    "firewall": FirewallConstants,
    "popularity": KeyPopularity,
}
"""Where an assumption belongs -> its class."""

MORE: Final = ("canary_slowdown", "backoff_seconds", "database_mean_ms", "page_ratio", "clients")
"""Numbers of SimulationOptions, ServiceOptions and the scenario itself that can be assumed, too."""

_RATIOS: Final = frozenset({"low_threshold_ratio", "launch_failure_ratio", "page_ratio"})
_COUNTS: Final = frozenset({"high_datapoints", "low_datapoints", "check_seconds", "keys", "clients"})
_MOST: Final = {"keys": 100_000.0, "exponent": 10.0, "high_datapoints": 1440.0, "low_datapoints": 1440.0}
_HIGHEST: Final = 1e6


def names() -> list[str]:
    """All names that can be assumed."""
    return [field.name for kind in GROUPS.values() for field in fields(kind)] + list(MORE)


def assume(scenario: Scenario, assumptions: Iterable[str]) -> Scenario:
    """`scenario` with the ``name=value`` assumptions in it. Raises InputError that names all that is wrong."""
    problems: list[str] = []
    values: dict[str, float] = {}
    for text in assumptions:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or name not in names():
            problems.append(f"--assume {text}: write NAME=VALUE; names: {', '.join(names())}")
            continue
        number = _number(name, value)
        if number is None:
            problems.append(f"--assume {name}={value}: has to be {_allowed(name)}")
        else:
            values[name] = number
    if problems:
        raise InputError(*problems)
    options, service = scenario.options, scenario.service
    for group, kind in GROUPS.items():
        chosen: dict[str, Any] = {field.name: values[field.name] for field in fields(kind) if field.name in values}
        if group == "popularity":
            service = replace(service, popularity=replace(service.popularity, **chosen))
        else:
            options = replace(options, **{group: replace(getattr(options, group), **chosen)})
    for name in MORE:
        if name in values:
            more: dict[str, Any] = {name: values[name]}
            if hasattr(options, name):
                options = replace(options, **more)
            elif hasattr(service, name):
                service = replace(service, **more)
            else:
                scenario = replace(scenario, **more)
    return replace(scenario, options=options, service=service)


def _number(name: str, text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    least = 1 if name in _COUNTS else 0
    most = 1.0 if name in _RATIOS else _MOST.get(name, _HIGHEST)
    if math.isnan(number) or not least <= number <= most:
        return None
    if name in _COUNTS or name == "lag_checks":
        return int(number) if number == int(number) else None
    return number


def _allowed(name: str) -> str:
    kind = "a whole number" if name in _COUNTS or name == "lag_checks" else "a number"
    most = 1.0 if name in _RATIOS else _MOST.get(name, _HIGHEST)
    return f"{kind} from {1 if name in _COUNTS else 0} to {most:,.10g}"
