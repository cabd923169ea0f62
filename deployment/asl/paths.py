"""Paths: the subset of JSONPath that Step Functions documents, filters that compare one field included."""

from __future__ import annotations

import functools
import operator
import re
from typing import Any

_STEP = re.compile(
    r"\.(?P<field>[A-Za-z_$][\w-]*)"
    r"|\.\*|\[\*\](?P<all>)"
    r"|\[(?P<index>-?\d+)\]"
    r"|\[\s*(?P<quote>['\"])(?P<name>.*?)(?P=quote)\s*\]"
    r"|\[\?\(\s*@\.(?P<test>[\w.]+)\s*(?P<sign>==|!=|<=|>=|<|>)\s*(?P<value>'[^']*'|\"[^\"]*\"|-?[\d.]+|true|false)\s*\)\]"
)

_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class PathError(ValueError):
    """A path that is malformed, or that finds nothing where a value is required (States.Runtime)."""


def find(path: str, data: Any, context: Any = None) -> Any:
    """The value at a path; a list where the path has a wildcard or a filter.

    Raises:
        PathError: A definite path finds nothing.
    """
    if path == "$":
        return data
    fields = _fields(path)
    if fields is not None:  # as nearly always
        node = context if path.startswith("$$") else data
        for name in fields:
            if not isinstance(node, dict) or name not in node:
                raise PathError(f"{path} finds nothing")
            node = node[name]
        return node
    found = matches(path, data, context)
    if is_definite(path):
        if not found:
            raise PathError(f"{path} finds nothing")
        return found[0]
    return found


def exists(path: str, data: Any, context: Any = None) -> bool:
    """Whether a path finds anything."""
    return bool(matches(path, data, context))


def matches(path: str, data: Any, context: Any = None) -> list[Any]:
    """Everything that a path finds."""
    if path.startswith("$$"):
        data, path = context, path[1:]
    nodes = [data]
    for kind, key in _parsed(path):
        nodes = [item for node in nodes for item in _step(node, kind, key)]
    return nodes


@functools.lru_cache(maxsize=4096)
def _fields(path: str) -> tuple[str, ...] | None:
    """Names of the fields on the way of a path that has nothing else; None for another."""
    steps = _parsed(path.replace("$$", "$", 1) if path.startswith("$$") else path)
    return tuple(key for _, key in steps) if all(kind == "field" for kind, _ in steps) else None


@functools.cache
def is_definite(path: str) -> bool:
    """Whether a path can find one value at most."""
    return all(kind in ("field", "index") for kind, _ in _parsed(path.replace("$$", "$", 1)))


def store(path: str, data: Any, value: Any) -> Any:
    """The data with a value put at a reference path; containers are made as needed (ResultPath)."""
    steps = _parsed(path)
    if not steps:
        return value
    result = dict(data) if isinstance(data, dict) else {}
    node = result
    for _, key in steps[:-1]:
        child = node.get(key)
        node[key] = dict(child) if isinstance(child, dict) else {}
        node = node[key]
    node[steps[-1][1]] = value
    return result


@functools.cache
def _parsed(path: str) -> tuple[tuple[str, Any], ...]:
    if not path.startswith("$"):
        raise PathError(f"{path!r} is no path: it must start with $")
    steps: list[tuple[str, Any]] = []
    position = 1
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise PathError(f"{path!r}: cannot read {path[position:]!r}")
        if match["field"]:
            steps.append(("field", match["field"]))
        elif match["index"]:
            steps.append(("index", int(match["index"])))
        elif match["name"] is not None:
            steps.append(("field", match["name"]))
        elif match["test"]:
            steps.append(("filter", (tuple(match["test"].split(".")), match["sign"], _literal(match["value"]))))
        else:
            steps.append(("all", None))
        position = match.end()
    return tuple(steps)


def _literal(text: str) -> Any:
    if text[0] in "'\"":
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    return float(text) if "." in text else int(text)


def _step(node: Any, kind: str, key: Any) -> list[Any]:
    if kind == "field":
        return [node[key]] if isinstance(node, dict) and key in node else []
    if kind == "index":
        inside = isinstance(node, list) and -len(node) <= key < len(node)
        return [node[key]] if inside else []
    items = node if isinstance(node, list) else list(node.values()) if isinstance(node, dict) else []
    if kind == "all":
        return list(items)
    fields, sign, wanted = key
    return [item for item in items if _holds(_dig(item, fields), sign, wanted)]


def _holds(value: Any, sign: str, wanted: Any) -> bool:
    if sign in ("==", "!="):
        return (value == wanted) is (sign == "==")
    comparable = isinstance(value, int | float) and isinstance(wanted, int | float)
    return comparable and bool(_ORDER[sign](value, wanted))


def _dig(item: Any, fields: tuple[str, ...]) -> Any:
    for name in fields:
        item = item.get(name) if isinstance(item, dict) else None
    return item
