"""Checks that many rules share: a property that must have, or must not have, some value.

Each function returns a check for `Rule.check`. A value that is not known yet is never a pass and never
a failure: it is reported as undecided. A secret counts as set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployment.decimals import number as number  # the rules' name for it
from deployment.graph import Resource
from deployment.unknown import SECRET, UNKNOWN
from policies.rule import Check, Context, Problem, undecided


def must_be(path: str, *allowed: Any) -> Check:
    """The value at `path` is one of `allowed`; absent is wrong unless None is among them."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        value = resource.get(path)
        if value is UNKNOWN or value is SECRET:
            yield undecided(path)
        elif not any(same(value, one) for one in allowed):
            choices = " or ".join(shown(one) for one in allowed if one is not None)
            yield Problem(f"{path} is {shown(value)}; set it to {choices}", path)

    return check


def must_be_set(path: str, what: str) -> Check:
    """Something is given at `path`; `what` says what, for the message. An unknown value counts as given."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        if is_absent(resource.get(path)):
            yield Problem(f"{path} is not set; give {what}", path)

    return check


def must_not_be(path: str, *forbidden: Any, instead: str) -> Check:
    """The value at `path` is none of `forbidden`; absent is fine. `instead` says what to do."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        for value in resource.all(path):
            if value is UNKNOWN:
                yield undecided(path)
            elif any(same(value, one) for one in forbidden):
                yield Problem(f"{path} is {shown(value)}; {instead}", path)

    return check


def must_be_at_least(path: str, minimum: int, unit: str) -> Check:
    """The number at `path` is `minimum` or more; absent is wrong."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        value = resource.get(path)
        if value is UNKNOWN or value is SECRET:
            yield undecided(path)
            return
        got = number(value)
        if got is None or got < minimum:
            yield Problem(f"{path} is {shown(value)}; set it to {minimum} {unit} or more", path)

    return check


def must_be_at_least_if_set(path: str, minimum: int, unit: str) -> Check:
    """The number at `path` is `minimum` or more; absent is fine."""
    judge = must_be_at_least(path, minimum, unit)

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        if not is_absent(resource.get(path)):
            yield from judge(resource, context)

    return check


def is_absent(value: Any) -> bool:
    """True for a property that is missing, null, or empty; unknowns and secrets are there."""
    if value is UNKNOWN or value is SECRET:
        return False
    return value is None or value == "" or value == [] or value == {}


def same(value: Any, expected: Any) -> bool:
    """Equality that keeps booleans and numbers apart (True is not 1) and takes "true" for True, as Pulumi does."""
    if isinstance(expected, bool):
        return value is expected or value == str(expected).lower()
    if isinstance(value, bool):
        return False
    return bool(value == expected)


def shown(value: Any) -> str:
    """`value` as people read it in a message; long values are cut."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list, or `value` itself as the only one; anything else is left out."""
    items = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in items if isinstance(item, dict)]


def strings(value: Any) -> list[str]:
    """The strings in a list, or `value` itself as the only one; anything else is left out."""
    items = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in items if isinstance(item, str)]
