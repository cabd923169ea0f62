"""Payload templates (keys that end in ``.$``) and the intrinsic functions."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
import uuid
from typing import Any

from deployment.asl.paths import PathError, find

_CALL = re.compile(r"^States\.(\w+)\((.*)\)$", re.DOTALL)


def fill(template: Any, data: Any, context: Any) -> Any:
    """A template with its paths and functions replaced by what they give."""
    if isinstance(template, dict):
        filled = {}
        for key, item in template.items():
            if key.endswith(".$"):
                filled[key[:-2]] = evaluate(item, data, context)
            else:
                filled[key] = fill(item, data, context) if isinstance(item, (dict, list)) else item
        return filled
    if isinstance(template, list):
        return [fill(item, data, context) if isinstance(item, (dict, list)) else item for item in template]
    return template


def evaluate(expression: str, data: Any, context: Any) -> Any:
    """The value of a path or of an intrinsic function.

    Raises:
        PathError: It finds nothing, or the function is unknown.
    """
    text = expression.strip()
    call = _CALL.match(text)
    if call is None:
        return find(text, data, context)
    arguments = [_argument(part, data, context) for part in _split(call[2])]
    try:
        return _FUNCTIONS[call[1]](*arguments)
    except KeyError:
        raise PathError(f"States.{call[1]} is not supported") from None
    except (TypeError, ValueError, IndexError) as error:
        raise PathError(f"{expression}: {error}") from error


def _argument(text: str, data: Any, context: Any) -> Any:
    text = text.strip()
    if text.startswith("'"):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if text.startswith(("$", "States.")):
        return evaluate(text, data, context)
    return json.loads(text)


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
