"""Reads the statements of web ACL rules, at every depth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.checks import mappings

INSPECTING: Final = ("fieldToMatch", "textTransformations")
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "andStatement": ("statements",),
    "asnMatchStatement": ("asnLists",),
    "byteMatchStatement": ("positionalConstraint", "searchString", *INSPECTING),
    "geoMatchStatement": ("countryCodes",),
    "ipSetReferenceStatement": ("arn",),
    "labelMatchStatement": ("key", "scope"),
    "managedRuleGroupStatement": ("name", "vendorName"),
    "notStatement": (),
    "orStatement": ("statements",),
    "rateBasedStatement": ("aggregateKeyType", "limit"),
    "regexMatchStatement": ("regexString", *INSPECTING),
    "regexPatternSetReferenceStatement": ("arn", *INSPECTING),
    "ruleGroupReferenceStatement": ("arn",),
    "sizeConstraintStatement": ("comparisonOperator", "size", *INSPECTING),
    "sqliMatchStatement": INSPECTING,
    "xssMatchStatement": INSPECTING,
}
"""Kind of statement -> what it can't be without (WAFv2 API reference)."""
SNAKE: Final = re.compile(r"_([a-z0-9])")
JOINING: Final = ("andStatement", "orStatement")
NEGATED: Final = ("statements", "statement")
"""Where a notStatement has its one statement: in a rule group, and in a web ACL."""
INSIDE: Final = (*NEGATED, "scopeDownStatement")
"""Where statements have others."""


def statements_in(statement: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(kind, content) of a statement and of every one inside it."""
    for one in map(_as_the_sdk_writes, mappings(statement)):
        for kind, content in one.items():
            for part in mappings(content):
                yield str(kind), part
                for inside in INSIDE:
                    yield from statements_in(part.get(inside))


def _as_the_sdk_writes(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """`statement` with names in camel case.

    In deep statements the SDK for Python leaves names as the program wrote them, and the provider takes either.
    """
    return _renamed(statement) if any("_" in str(kind) for kind in statement) else statement


def _renamed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {SNAKE.sub(lambda found: found[1].upper(), str(key)): _renamed(value[key]) for key in value}
    return [_renamed(item) for item in value] if isinstance(value, list) else value


def joined_in(statement: Any) -> Iterator[Mapping[str, Any]]:
    """The statement and what an andStatement joins: a rule in a shared web ACL names the host beside it."""
    for one in mappings(statement):
        yield one
        for joined in mappings(one.get("andStatement")):
            for part in mappings(joined.get("statements")):
                yield from joined_in(part)
