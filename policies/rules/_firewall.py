"""Reads the rules of web ACLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.checks import mappings


def managed_groups(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Managed rule groups of AWS in one rule."""
    for statement in mappings(rule.get("statement")):
        for group in mappings(statement.get("managedRuleGroupStatement")):
            if group.get("vendorName", "AWS") == "AWS":
                yield group
