"""YAML from outside, as Pulumi's own reader takes it: no duplicate keys, text as keys, and nothing that explodes."""

from __future__ import annotations

from typing import Any, Final

import yaml

MAX_DEPTH: Final = 50
"""Nesting beyond this is no configuration; the C parser would run out of stack on the way to building it."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadYamlError(Exception):
    """The text is no YAML that a stack file may hold; says where and why."""


class _StrictLoader(_Loader):  # type: ignore[misc]  # which of the two it is depends on the installation
    """Refuses what PyYAML lets pass and Pulumi does not."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """The mapping of `node`; each key once, and text."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            where = f"line {key_node.start_mark.line + 1}"
            if not isinstance(key, str):
                raise BadYamlError(f"{where}: the key {key!r} is no text; put it in quotes")
            if key in seen:
                raise BadYamlError(f"{where}: the key {key!r} is there twice")
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def parsed(text: str) -> Any:
    """The document in `text`. Raises BadYamlError."""
    try:
        _check_shape(text)
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a safe loader, made stricter
    except yaml.YAMLError as error:
        raise BadYamlError(_told(error)) from error


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
