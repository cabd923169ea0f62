"""Whether policies let somebody do something: statements, wildcards and the conditions that this project uses.

Source: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators" (2026-11): an
explicit denial wins; without an allowing statement the answer is no.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

UNKNOWN = "unknown"
"""A resource that cannot be told from the call: statements about any resource may be meant."""


@dataclass(frozen=True)
class Ask:
    """What somebody wants to do."""

    action: str
    """As policies write it, e.g. ``sns:Publish``."""
    resource: str = UNKNOWN
    service: str = ""
    """Service principal that asks in its own name; empty: the holder of an identity policy."""
    context: Mapping[str, str] = field(default_factory=dict)
    """Condition keys that are known."""


def allows(documents: Iterable[Any], ask: Ask) -> bool:
    """Whether policy documents, taken together, allow something.

    Raises:
        ValueError: A condition operator that is not covered.
    """
    effects = {statement["Effect"] for statement in _statements(documents) if _is_about(statement, ask)}
    return "Allow" in effects and "Deny" not in effects


def denies(documents: Iterable[Any], ask: Ask) -> bool:
    """Whether any statement denies something outright."""
    return any(statement["Effect"] == "Deny" and _is_about(statement, ask) for statement in _statements(documents))


def _statements(documents: Iterable[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for document in documents:
        content = json.loads(document) if isinstance(document, str) else document
        found += as_list(content["Statement"])
    return found


def _is_about(statement: Mapping[str, Any], ask: Ask) -> bool:
    if "Principal" in statement and not _is_principal(statement["Principal"], ask.service):
        return False
    if not any(_like(pattern.lower(), ask.action.lower()) for pattern in as_list(statement["Action"])):
        return False
    if ask.resource != UNKNOWN:
        named = as_list(statement.get("Resource", statement.get("NotResource", [])))
        if any(_like(str(item), ask.resource) for item in named) is ("NotResource" in statement):
            return False
    deny = statement["Effect"] == "Deny"
    return all(
        _meets(name, key, as_list(wanted), ask.context, unknown=not deny)
        for name, keys in (statement.get("Condition") or {}).items()
        for key, wanted in keys.items()
    )


def _is_principal(principal: Any, service: str) -> bool:
    return principal == "*" or service in as_list(principal.get("Service", ()))


_NUMERIC: Mapping[str, Callable[[float, float], bool]] = {
    "NumericGreaterThan": operator.gt,
    "NumericGreaterThanEquals": operator.ge,
    "NumericLessThan": operator.lt,
    "NumericLessThanEquals": operator.le,
    "NumericEquals": operator.eq,
}
_TEXTUAL = frozenset({"StringEquals", "StringNotEquals", "StringLike", "ArnEquals", "ArnLike", "Bool"})


def _meets(name: str, key: str, wanted: list[Any], context: Mapping[str, str], *, unknown: bool) -> bool:
    """Whether a condition holds; `unknown` is the answer where the call does not tell."""
    plain = name.removesuffix("IfExists")
    if plain == "Null":  # what a call does not tell may be there all the same
        return (str(wanted[0]).lower() == "false") if key in context else unknown
    if plain not in _NUMERIC and plain not in _TEXTUAL:
        raise ValueError(f"the condition operator {name} is not covered")
    if key not in context:
        return unknown
    value = context[key]
    if plain in _NUMERIC:
        return any(_NUMERIC[plain](float(value), float(item)) for item in wanted)
    if plain == "StringNotEquals":
        return value not in map(str, wanted)
    return any(_like(str(item), value) if plain != "StringEquals" else str(item) == value for item in wanted)


def as_list(value: Any) -> list[Any]:
    """What stands in a policy as one, or as a list of several."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _like(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A policy's wildcards: ``*`` any characters, ``?`` one; brackets mean themselves."""
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)
