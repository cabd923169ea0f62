"""Reads IAM policy documents, which resources hold as JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.checks import mappings, strings
from policies.model import SECRET, UNKNOWN


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy document."""

    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]
    """(kind, principal), e.g. ("AWS", "*"), ("Service", "states.amazonaws.com")."""
    conditions: Mapping[str, Any]
    sid: str
    excludes_principals: bool = False
    """True for NotPrincipal, which names everyone else."""

    @property
    def allows(self) -> bool:
        """True for Effect Allow."""
        return self.effect == "Allow"

    def condition_values(self, key: str) -> list[str]:
        """Values that any operator compares the condition key `key` with (keys are case-insensitive)."""
        found: list[str] = []
        for operands in self.conditions.values():
            if isinstance(operands, Mapping):
                for name, values in operands.items():
                    if str(name).lower() == key.lower():
                        found.extend(strings(values))
        return found


def statements(document: Any) -> list[Statement] | None:
    """Statements of a policy document, given as JSON text or as an object; None when it is not known yet.

    Text that is no policy document has no statements: AWS refuses it at deployment.
    """
    if document is UNKNOWN or document is SECRET:
        return None
    parsed = parse_json(document) if isinstance(document, str) else document
    if not isinstance(parsed, Mapping):
        return []
    return [_statement(entry) for entry in mappings(parsed.get("Statement"))]


def parse_json(text: str) -> Any:
    """`text` parsed as JSON, or None when it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _statement(entry: Mapping[str, Any]) -> Statement:
    negated = "NotPrincipal" in entry
    conditions = entry.get("Condition")
    return Statement(
        effect=str(entry.get("Effect", "")),
        actions=tuple(strings(entry.get("Action"))),
        not_actions=tuple(strings(entry.get("NotAction"))),
        resources=tuple(strings(entry.get("Resource"))),
        not_resources=tuple(strings(entry.get("NotResource"))),
        principals=tuple(_principals(entry.get("NotPrincipal" if negated else "Principal"))),
        conditions=conditions if isinstance(conditions, Mapping) else {},
        sid=str(entry.get("Sid", "")),
        excludes_principals=negated,
    )


def _principals(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield ("AWS", value)
    elif isinstance(value, Mapping):
        for kind, names in value.items():
            for name in strings(names):
                yield (str(kind), name)
