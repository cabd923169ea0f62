"""Finds the rules and the promises.

A module ``policies.rules.<service>`` or ``policies.rules.<service>.<name>`` holds one rule called RULE, or a table of
them called RULES; ``policies.promises.<name>`` holds one. Names that start with an underscore are helpers.

Rules of other teams come by entry points of the group ``plant.policies``: name -> module with RULE or RULES. They stand
beside ours wherever the pack runs in an environment in which they are installed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, Final

from deployment.errors import InputError
from policies import promises as promises_package
from policies import rules as rules_package
from policies.finding import Enforcement, Risk
from policies.rule import Rule

GROUP: Final = "plant.policies"
"""Entry points by which other teams' rules are found."""


@cache
def rules() -> tuple[Rule, ...]:
    """All rules but the promises: those about the whole stack first, then by service, then other teams'.

    Raises InputError on a module without any, or a second id.
    """
    found = rules_by_service()
    return tuple(rule for service in sorted(found, key=lambda name: name != "stack") for rule in found[service])


@cache
def rules_by_service() -> Mapping[str, tuple[Rule, ...]]:
    """Service -> its rules, the tables' first; and name of an entry point -> the rules of that team."""
    found: dict[str, list[Rule]] = {}
    for module in modules(rules_package.__name__, list(rules_package.__path__)):
        service = module.split(".")[2].strip("_")
        found.setdefault(service, []).extend(_rules_in(module))
    _must_differ(rule for each in found.values() for rule in each)
    own = {rule.id for each in found.values() for rule in each}
    for point in _points():
        if point.name in found:
            raise InputError(f"{_told(point)}: the name is taken; choose another")
        theirs = _rules_of(point)
        if taken := sorted({rule.id for rule in theirs} & own):
            raise InputError(f"{_told(point)}: {', '.join(taken)}: a second rule with this id; choose another")
        own |= {rule.id for rule in theirs}
        found[point.name] = theirs
    return {service: tuple(each) for service, each in found.items()}


def team_names() -> frozenset[str]:
    """Names of the entry points by which other teams' rules came."""
    return frozenset(point.name for point in _points())


@cache
def _points() -> tuple[EntryPoint, ...]:
    # An environment may list an installation twice; the same module is the same rules.
    points = {(point.name, point.value): point for point in entry_points(group=GROUP)}
    return tuple(point for _, point in sorted(points.items()))


@cache
def promises() -> tuple[Rule, ...]:
    """What the story promises; asked of this project's own stacks alone."""
    found = [
        rule
        for module in modules(promises_package.__name__, list(promises_package.__path__))
        for rule in _rules_in(module)
    ]
    _must_differ([*found, *rules()])
    return tuple(found)


@cache
def every_rule() -> tuple[Rule, ...]:
    """Promises and rules: what the story asks for comes first where both have something to say."""
    return (*promises(), *rules())


def modules(package: str, path: list[str]) -> Iterator[str]:
    """Dotted names of the modules below `package` that hold rules, sorted."""
    for found in sorted(pkgutil.iter_modules(path), key=lambda one: (one.name != "table", one.name)):
        name = f"{package}.{found.name}"
        if found.name.startswith("_"):
            continue
        if found.ispkg:
            yield from modules(name, list(importlib.import_module(name).__path__))
        else:
            yield name


def _rules_in(module: str) -> tuple[Rule, ...]:
    found = _held_by(importlib.import_module(module))
    if not found:
        raise InputError(f"{module}: has neither RULE nor RULES of policies.rule.Rule; is its file half done?")
    return found


def _held_by(module: ModuleType) -> tuple[Rule, ...]:
    """The rules in a loaded module; none where it has none, or something else under their names."""
    found: Any = getattr(module, "RULES", None) or (getattr(module, "RULE", None),)
    whole = isinstance(found, (list, tuple)) and all(isinstance(rule, Rule) for rule in found)
    return tuple(found) if whole else ()


def _rules_of(point: EntryPoint) -> list[Rule]:
    """Rules of another team. What it makes mandatory blocks its own stacks in either profile."""
    try:
        loaded = point.load()
    except Exception as error:  # whatever their module does when it is imported
        raise InputError(f"{_told(point)}: can't be loaded: {type(error).__name__}: {error}") from error
    found = _held_by(loaded) if isinstance(loaded, ModuleType) else ()
    if not found:
        raise InputError(f"{_told(point)}: names no module with RULE or RULES of policies.rule.Rule")
    ids = [rule.id for rule in found]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise InputError(f"{_told(point)}: {', '.join(twice)}: two rules with this id")
    return [
        replace(rule, risk=Risk.CONFIGURED) if rule.risk is None and rule.enforcement is Enforcement.MANDATORY else rule
        for rule in found
    ]


def _told(point: EntryPoint) -> str:
    by = f" of {point.dist.name}" if point.dist is not None else ""
    return f"rules {point.name} = {point.value}{by} ({GROUP})"


def _must_differ(found: Iterator[Rule] | list[Rule]) -> None:
    seen: set[str] = set()
    for rule in found:
        if rule.id in seen:
            raise InputError(f"{rule.id}: a second rule with this id")
        seen.add(rule.id)


@cache
def rules_by_id() -> Mapping[str, Rule]:
    """Id -> rule or promise."""
    return {rule.id: rule for rule in every_rule()}
