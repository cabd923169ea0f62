"""Web ACL capacity units (WCU) of rules, which a rule group has to declare.

Source: AWS WAF Developer Guide, "Using rule statements" (the WCUs of each), read 2026-11. AWS may charge less where
rules share a transformation, and never more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PLAIN = {
    "byte_match_statement": 2,  # of a text's start or end
    "ip_set_reference_statement": 1,
    "regex_match_statement": 3,
    "size_constraint_statement": 1,
}
"""Units of a statement before its transformations."""
TRANSFORMATION = 10
RATE, RATE_KEY = 2, 30


def capacity(rules: Iterable[Mapping[str, Any]]) -> int:
    """Units that `rules` take together."""
    return sum(_units(rule["statement"]) for rule in rules)


def _units(statement: Mapping[str, Any]) -> int:
    [(kind, content)] = statement.items()
    if kind in ("and_statement", "or_statement"):
        return sum(map(_units, content["statements"]))
    if kind == "rate_based_statement":
        scope = content.get("scope_down_statement")
        return RATE + RATE_KEY * len(content.get("custom_keys", ())) + (_units(scope) if scope else 0)
    changed = [one for one in content.get("text_transformations", ()) if one["type"] != "NONE"]
    return PLAIN[kind] + TRANSFORMATION * len(changed)
