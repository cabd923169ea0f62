"""YAML from outside, as Pulumi's own reader takes it: no duplicate keys, text as keys, and nothing that explodes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final

import yaml

from deployment.errors import InputError
from deployment.source import written_text

MAX_DEPTH: Final = 50
"""Nesting beyond this is no configuration; the C parser would run out of stack on the way to building it."""

MAX_DIGITS: Final = 400
"""A number with more digits is no number of anything; Python itself refuses to read ten times as many."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadYamlError(Exception):
    """The text is no YAML that a stack file may hold; says where and why."""


TIMESTAMP: Final = "tag:yaml.org,2002:timestamp"
MERGE: Final = "tag:yaml.org,2002:merge"
PLAIN: Final = (
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), "tTfF"),
    ("null", re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
    ("int", re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)"), "-+0123456789"),
    (
        "float",
        re.compile(
            r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
        "-+.0123456789",
    ),
    (
        "timestamp",
        re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt ]\d\d?:\d\d:\d\d(?:\.\d*)?(?:Z|[-+]\d\d?:\d\d)?)?"),
        "0123456789",
    ),
    ("merge", re.compile(r"<<"), "<"),
)
"""What plain scalars stand for in Go's YAML (yaml.v3), which Pulumi reads stack files with: ``19:00`` and ``yes`` are
text, where YAML 1.1 has 1140 and true."""


class _StrictLoader(_Loader):  # type: ignore[misc]  # which of the two it is depends on the installation
    """Takes what Pulumi takes, as Pulumi does, and refuses the rest."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """The mapping of `node`; each key once, and text; what it merges comes under its own keys."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.tag == MERGE:
                continue
            key = self.construct_object(key_node, deep=True)
            where = f"line {key_node.start_mark.line + 1}"
            if not isinstance(key, str) or key_node.tag == TIMESTAMP:
                raise BadYamlError(f"{where}: the key {key!r} is no text; put it in quotes")
            if key in seen:
                raise BadYamlError(f"{where}: the key {key!r} is there twice")
            seen.add(key)
        self.flatten_mapping(node)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping

    def number(self, node: Any) -> int | float | str:
        """The integer that `node` writes; as text where no machine has room for it."""
        digits = node.value.replace("_", "").lower()
        if len(digits) > MAX_DIGITS:
            return str(node.value)
        try:
            return int(digits, 8 if re.fullmatch(r"[-+]?0[0-7]+", digits) else 0)
        except ValueError:  # 019 is no octal number; 0b is none at all
            return float(digits) if digits.strip("+-").isdecimal() else str(node.value)

    def moment(self, node: Any) -> str:
        """The date or time that `node` writes, as Pulumi hands it to a program; as written where there is none such."""
        try:
            found = self.construct_yaml_timestamp(node)
        except (AttributeError, ValueError):
            return str(node.value)
        if not isinstance(found, datetime):
            found = datetime(found.year, found.month, found.day, tzinfo=UTC)
        zone = found.strftime("%z") if found.utcoffset() else "+0000"
        return f"{found:%Y-%m-%d %H:%M:%S} {zone} {zone if found.utcoffset() else 'UTC'}"


for _kind, _pattern, _first in PLAIN:
    _StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_kind}", re.compile(f"(?:{_pattern.pattern})$"), list(_first)
    )
_StrictLoader.add_constructor("tag:yaml.org,2002:int", _StrictLoader.number)
_StrictLoader.add_constructor(TIMESTAMP, _StrictLoader.moment)


def read_yaml(path: Path) -> Any:
    """The document in the file at `path`. Raises InputError."""
    text = written_text(path, "YAML")
    try:
        return parsed(text)
    except BadYamlError as error:
        raise InputError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error


def parsed(text: str) -> Any:
    """The document in `text`. Raises BadYamlError."""
    try:
        _check_shape(text)
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a safe loader, made stricter
    except yaml.YAMLError as error:
        raise BadYamlError(_told(error)) from error
    except (KeyError, ValueError) as error:  # of PyYAML itself: `!!bool maybe`
        raise BadYamlError(f"a value is not what its tag says: {error}") from error


def _told(error: yaml.YAMLError) -> str:
    """Where it is and what is wrong; what the parser was at when it found it is no help to a reader."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark and problem else str(error)


def _check_shape(text: str) -> None:
    """Refuse deep nesting, and aliases inside of what is anchored: those make a few lines endless."""
    anchored: list[bool] = []
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            anchored.append(event.anchor is not None)
            if len(anchored) > MAX_DEPTH:
                raise BadYamlError(f"{_line(event)}: nested more than {MAX_DEPTH} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchored.pop()
        elif isinstance(event, yaml.AliasEvent) and any(anchored):
            raise BadYamlError(f"{_line(event)}: the alias *{event.anchor} is inside of an anchor")


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "somewhere"
