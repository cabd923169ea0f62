"""Finds the rules: every module ``policies.rules.<group>.<check>`` holds one, called RULE."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Final

from policies.rule import Rule

RULES_DIRECTORY: Final = Path(__file__).resolve().parent / "rules"


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, sorted by group and file name. Raises ValueError on a module without RULE or a second id."""
    found: dict[str, Rule] = {}
    for module in rule_modules():
        rule = getattr(importlib.import_module(module), "RULE", None)
        if not isinstance(rule, Rule):
            raise ValueError(f"{module} has no RULE")
        if rule.id in found:
            raise ValueError(f"{module}: a second rule with the id {rule.id}")
        found[rule.id] = rule
    return tuple(found.values())


def rule_modules() -> list[str]:
    """Dotted names of the rules' modules, sorted. A name that starts with an underscore is a helper, no rule."""
    return [
        f"policies.rules.{group.name}.{file.stem}"
        for group in sorted(RULES_DIRECTORY.iterdir())
        if group.is_dir() and not group.name.startswith("_")
        for file in sorted(group.glob("*.py"))
        if not file.name.startswith("_")
    ]


def rule_by_id(rule_id: str) -> Rule | None:
    """The rule with `rule_id`, or None."""
    return next((rule for rule in rules() if rule.id == rule_id), None)
