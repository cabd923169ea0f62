"""Checks a call against botocore's service model before it is sent.

botocore's own validator looks at types, required members and lower bounds. AWS refuses more than that, and
moto far less: so enums, patterns and upper bounds are checked here too, from the same service model.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel, Shape

_UNICODE_CLASSES = {
    r"\p{L}": "a-zA-Z\u00c0-\u024f",
    r"\p{M}": "\u0300-\u036f",
    r"\p{Z}": r"\s",
    r"\p{S}": r"$+<=>^`|~",
    r"\p{N}": r"\d",
    r"\p{P}": r"!-/:-@\[-`{-~",
    r"\p{C}": r"\x00-\x1f",
    r"\P{M}": r"\w\W",
    r"\p{ASCII}": r"\x00-\x7f",
    r"\p{Alnum}": "a-zA-Z0-9",
    r"\p{Graph}": r"!-~",
    r"\p{Print}": r" -~",
}
"""Java's character classes in Python's terms: the models' patterns are Java regular expressions."""


def problems(operation: OperationModel, params: dict[str, Any]) -> list[str]:
    """Everything AWS's published model has against these parameters; an empty list means none."""
    from botocore.validate import ParamValidator

    shape = operation.input_shape
    if shape is None:
        return [f"{operation.name} takes no parameters"] if params else []
    report = ParamValidator().validate(params, shape)
    found = [line for line in report.generate_report().splitlines() if line]
    return found + list(_walk(shape, params, ""))


@functools.cache
def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """The pattern in Python's syntax, or None where it has no equivalent."""
    for java, python in _UNICODE_CLASSES.items():
        inside_class = re.compile(r"(\[[^\]]*)" + re.escape(java))
        while inside_class.search(pattern):
            pattern = inside_class.sub(lambda match, python=python: match.group(1) + python, pattern)  # type: ignore[misc]
        pattern = pattern.replace(java, f"[{python}]")
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _walk(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Enum, pattern and upper-bound violations of a value and of all that it holds."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        for name, item in value.items():
            if name in shape.members:
                yield from _walk(shape.members[name], item, f"{path}.{name}" if path else name)
    elif kind == "list" and isinstance(value, list | tuple):
        yield from _bounds(shape, len(value), path, "items")
        for index, item in enumerate(value):
            yield from _walk(shape.member, item, f"{path}[{index}]")
    elif kind == "map" and isinstance(value, dict):
        yield from _bounds(shape, len(value), path, "entries")
        for name, item in value.items():
            yield from _walk(shape.key, name, f"{path} key")
            yield from _walk(shape.value, item, f"{path}.{name}")
    elif kind == "string" and isinstance(value, str):
        yield from _string(shape, value, path)
    elif kind in ("integer", "long", "float", "double") and isinstance(value, int | float):
        yield from _bounds(shape, value, path, "")


def _string(shape: Shape, value: str, path: str) -> Iterator[str]:
    yield from _bounds(shape, len(value), path, "characters")
    allowed = getattr(shape, "enum", [])
    if allowed and value not in allowed:
        yield f"{path}: {value!r} is not one of {', '.join(map(str, allowed[:12]))}"
    pattern = shape.metadata.get("pattern")
    compiled = compile_pattern(pattern) if pattern else None
    if compiled is not None and not compiled.search(value):
        yield f"{path}: {_short(value)!r} does not match {pattern}"


def _bounds(shape: Shape, size: float, path: str, unit: str) -> Iterator[str]:
    upper = shape.metadata.get("max")
    if upper is not None and size > upper:
        yield f"{path}: {size} {unit}".rstrip() + f" is more than the allowed {upper}"


def _short(value: str, length: int = 80) -> str:
    return value if len(value) <= length else value[: length - 1] + "…"
