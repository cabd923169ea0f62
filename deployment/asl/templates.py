"""Payload templates (keys that end in ``.$``) and the intrinsic functions."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

from deployment.asl.paths import PathError, find

_CALL = re.compile(r"^States\.(\w+)\((.*)\)$", re.DOTALL)


Filler: TypeAlias = Callable[[Any, Any], Any]
"""(data, context) -> what a template, a path or a function comes to."""


def fill(template: Any, data: Any, context: Any) -> Any:
    """A template with its paths and functions replaced by what they give."""
    return filler(template)(data, context)


def filler(template: Any) -> Filler:
    """What fills `template`; read once, for who fills it often. Each result is made anew."""
    if isinstance(template, list):
        makers = [filler(item) for item in template]
        return lambda data, context: [make(data, context) for make in makers]
    if not isinstance(template, dict):
        return lambda data, context: template
    plain: dict[str, Any] = {}
    made: dict[str, Filler] = {}
    for key, item in template.items():
        name = key[:-2] if key.endswith(".$") else key
        made.pop(name, None)
        plain[name] = item
        if name is not key:
            made[name] = _evaluator(item) if isinstance(item, str) else functools.partial(evaluate, item)
        elif isinstance(item, (dict, list)):
            made[name] = filler(item)
    makers_of = tuple(made.items())

    def filled(data: Any, context: Any) -> dict[str, Any]:
        result = plain.copy()
        for name, make in makers_of:
            result[name] = make(data, context)
        return result

    return filled


def evaluate(expression: str, data: Any, context: Any) -> Any:
    """The value of a path or of an intrinsic function.

    Raises:
        PathError: It finds nothing, or the function is unknown.
    """
    return _evaluator(expression)(data, context)


@functools.lru_cache(maxsize=4096)
def _evaluator(expression: str) -> Filler:
    text = expression.strip()
    call = _CALL.match(text)
    if call is None:
        return functools.partial(find, text)
    name, makers = call[1], [_argument(part) for part in _split(call[2])]
    function = _FUNCTIONS.get(name)

    def called(data: Any, context: Any) -> Any:
        arguments = [make(data, context) for make in makers]
        try:
            if function is None:
                raise KeyError
            return function(*arguments)
        except KeyError:
            raise PathError(f"States.{name} is not supported") from None
        except (TypeError, ValueError, IndexError) as error:
            raise PathError(f"{expression}: {error}") from error

    return called


def _argument(text: str) -> Filler:
    text = text.strip()
    if text.startswith("'"):
        literal = re.sub(r"\\(.)", r"\1", text[1:-1])
        return lambda data, context: literal
    if text.startswith(("$", "States.")):
        return _evaluator(text)
    return lambda data, context: json.loads(text)


@functools.lru_cache(maxsize=4096)
def _split(text: str) -> tuple[str, ...]:
    """Arguments at the top level: commas in strings, brackets and nested calls do not count."""
    parts: list[str] = []
    depth, quoted, start, escaped = 0, False, 0, False
    for position, letter in enumerate(text):
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == "'":
            quoted = not quoted
        elif not quoted and letter in "([":
            depth += 1
        elif not quoted and letter in ")]":
            depth -= 1
        elif letter == "," and not quoted and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    tail = text[start:]
    return (*parts, tail) if tail.strip() else tuple(parts)


def _format(template: str, *values: Any) -> str:
    rest = list(values)
    return re.sub(r"\{\}", lambda _: _text(rest.pop(0)), template)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _unique(items: list[Any]) -> list[Any]:
    return [item for index, item in enumerate(items) if item not in items[:index]]


_FUNCTIONS: dict[str, Any] = {
    "Array": lambda *items: list(items),
    "ArrayContains": lambda items, item: item in items,
    "ArrayGetItem": lambda items, index: items[index],
    "ArrayLength": len,
    "ArrayPartition": lambda items, size: [items[i : i + size] for i in range(0, len(items), size)],
    "ArrayRange": lambda first, last, step: list(range(first, last + (1 if step > 0 else -1), step)),
    "ArrayUnique": _unique,
    "Base64Decode": lambda text: base64.b64decode(text).decode(),
    "Base64Encode": lambda text: base64.b64encode(text.encode()).decode(),
    "Format": _format,
    "Hash": lambda text, algorithm: hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest(),
    "JsonMerge": lambda first, second, _deep: {**first, **second},
    "JsonToString": _text,
    "MathAdd": lambda first, second: first + second,
    "StringSplit": lambda text, separators: [part for part in re.split(f"[{re.escape(separators)}]", text) if part],
    "StringToJson": json.loads,
    "UUID": lambda: str(uuid.uuid4()),
}
