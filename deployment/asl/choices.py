"""Choice rules: comparisons and their combinations."""

from __future__ import annotations

import fnmatch
import functools
import operator
from datetime import datetime
from typing import Any

from deployment.asl.paths import PathError, exists, find

_ORDER = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_KINDS: dict[str, Any] = {
    "String": str,
    "Numeric": (int, float),
    "Boolean": bool,
    "Timestamp": str,
}
_TYPE_TESTS: dict[str, Any] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: isinstance(value, str),
    "IsNumeric": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: _timestamp(value) is not None,
}


def holds(rule: dict[str, Any], data: Any, context: Any) -> bool:
    """Whether a choice rule is true.

    Raises:
        PathError: Its variable is not there (Step Functions fails the execution too), or it has no known comparison.
    """
    if "And" in rule:
        return all(holds(item, data, context) for item in rule["And"])
    if "Or" in rule:
        return any(holds(item, data, context) for item in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], data, context)
    variable = rule["Variable"]
    for name, wanted in rule.items():
        if name in ("Variable", "Next", "Comment"):
            continue
        if name == "IsPresent":
            return exists(variable, data, context) is wanted
        value = find(variable, data, context)
        if name in _TYPE_TESTS:
            return bool(_TYPE_TESTS[name](value)) is wanted
        if name == "StringMatches":
            return isinstance(value, str) and fnmatch.fnmatchcase(value, wanted)
        if name.endswith("Path"):
            name, wanted = name.removesuffix("Path"), find(wanted, data, context)
        return _compare(name, value, wanted)
    raise PathError(f"no comparison in {rule}")


def _compare(name: str, value: Any, wanted: Any) -> bool:
    kind, compare = _comparison(name)
    if kind is None or compare is None:
        raise PathError(f"{name} is no comparison")
    if not isinstance(value, _KINDS[kind]) or not isinstance(wanted, _KINDS[kind]):
        return False
    if kind == "Numeric" and (isinstance(value, bool) or isinstance(wanted, bool)):
        return False
    if kind == "Timestamp":
        first, second = _timestamp(value), _timestamp(wanted)
        return first is not None and second is not None and bool(compare(first, second))
    return bool(compare(value, wanted))


@functools.lru_cache(maxsize=4096)
def _comparison(name: str) -> tuple[str | None, Any]:
    """Kind of value, and the function, of a comparison such as ``NumericLessThan``; None for what there is none of."""
    kind = next((kind for kind in _KINDS if name.startswith(kind)), None)
    return kind, _ORDER.get(name.removeprefix(kind)) if kind else None


def _timestamp(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        return None
