"""Checks a call against botocore's service model before it is sent.

botocore's own validator looks at types, required members, unions, and the lower bounds of texts, lists and numbers. AWS
refuses more than that, and moto far less: so enums, patterns, upper bounds, the bounds of maps and binary values, and
booleans that Python would take for numbers are checked here too, from the same service model.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from workbench.emulator.java_patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel, Shape


def problems(operation: OperationModel, params: dict[str, Any]) -> list[str]:
    """Everything AWS's published model has against these parameters; an empty list means none."""
    from botocore.validate import ParamValidator

    shape = operation.input_shape
    if shape is None:
        return [f"{operation.name} takes no parameters"] if params else []
    report = ParamValidator().validate(params, shape)
    found = [line for line in report.generate_report().splitlines() if line]
    return found + list(_walk(shape, params, ""))


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
        if len(value) < shape.metadata.get("min", 0):
            yield f"{path}: {len(value)} entries is less than the required {shape.metadata['min']}"
        for name, item in value.items():
            yield from _walk(shape.key, name, f"{path} key")
            yield from _walk(shape.value, item, f"{path}.{name}")
    elif kind == "string" and isinstance(value, str):
        yield from _string(shape, value, path)
    elif kind == "blob" and isinstance(value, str | bytes | bytearray):
        yield from _bounds(shape, len(value.encode() if isinstance(value, str) else value), path, "bytes")
    elif kind in ("integer", "long", "float", "double") and isinstance(value, int | float):
        if isinstance(value, bool):
            yield f"{path}: {value} is no number"
        yield from _bounds(shape, value, path, "")


def _string(shape: Shape, value: str, path: str) -> Iterator[str]:
    yield from _bounds(shape, len(value), path, "characters")
    allowed = getattr(shape, "enum", [])
    if allowed and value not in allowed:
        yield f"{path}: {value!r} is not one of {', '.join(map(str, allowed[:12]))}"
    pattern = shape.metadata.get("pattern")
    # For what is only ASCII the classes of other scripts need not be known.
    compiled = compile_pattern(pattern, 0x7F if value.isascii() else sys.maxunicode) if pattern else None
    if compiled is not None and not compiled.fullmatch(value):
        yield f"{path}: {_short(value)!r} does not match {pattern}"


def _bounds(shape: Shape, size: float, path: str, unit: str) -> Iterator[str]:
    upper = shape.metadata.get("max")
    if upper is not None and size > upper:
        yield f"{path}: {size} {unit}".rstrip() + f" is more than the allowed {upper}"


def _short(value: str, length: int = 80) -> str:
    return value if len(value) <= length else value[: length - 1] + "…"
