"""Values of resource properties, which may be strings, unknown or absent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from deployment.errors import InputError
from deployment.graph import Resource
from deployment.unknown import Sentinel


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Read `what`: a value of a kind that it can't have, or that is not known yet, is an InputError that names it."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{what} has a value that can't be simulated: {error}") from error


def first_of(found: Sequence[Resource]) -> Resource | None:
    """The first resource, if any."""
    return found[0] if found else None


def as_float(value: Any, default: float) -> float:
    """`value` as a number; `default` when it is absent, unknown or none."""
    if isinstance(value, bool) or value is None or isinstance(value, Sentinel):
        return default
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def as_bound(value: Any) -> float | None:
    """Bound of a step: None is infinity."""
    return None if value in (None, "") else as_float(value, 0.0)


def as_size(value: Any) -> int | None:
    """Size of a group; None when the action leaves it as it is (absent or -1)."""
    size = as_float(value, -1.0)
    return None if size < 0 else int(size)
