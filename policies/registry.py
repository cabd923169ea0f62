"""Finds the rules and the promises.

A module ``policies.rules.<service>`` or ``policies.rules.<service>.<name>`` holds one rule called RULE, or a table of
them called RULES; ``policies.promises.<name>`` holds one. Names that start with an underscore are helpers.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache

from policies import promises as promises_package
from policies import rules as rules_package
from policies.rule import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """All rules but the promises: those about the whole stack first, then by service.

    Raises ValueError on a module without any, or a second id.
    """
    found = rules_by_service()
    return tuple(rule for service in sorted(found, key=lambda name: name != "stack") for rule in found[service])


@cache
def rules_by_service() -> Mapping[str, tuple[Rule, ...]]:
    """Service -> its rules, the tables' first."""
    found: dict[str, list[Rule]] = {}
    for module in modules(rules_package.__name__, list(rules_package.__path__)):
        service = module.split(".")[2].strip("_")
        found.setdefault(service, []).extend(_rules_in(module))
    _must_differ(rule for each in found.values() for rule in each)
    return {service: tuple(each) for service, each in found.items()}


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
    loaded = importlib.import_module(module)
    found = getattr(loaded, "RULES", None) or (getattr(loaded, "RULE", None),)
    if not all(isinstance(rule, Rule) for rule in found):
        raise ValueError(f"{module} has neither RULE nor RULES")
    return tuple(found)


def _must_differ(found: Iterator[Rule] | list[Rule]) -> None:
    seen: set[str] = set()
    for rule in found:
        if rule.id in seen:
            raise ValueError(f"{rule.id}: a second rule with this id")
        seen.add(rule.id)


def rule_by_id(rule_id: str) -> Rule | None:
    """The rule or promise with `rule_id`, or None."""
    return next((rule for rule in every_rule() if rule.id == rule_id), None)
