"""Reads a usage file: YAML from outside, so bounded, without aliases, and never executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from cost.usage import UsageFile, parse_usage
from deployment.errors import InputError

MOST_BYTES: Final = 1_000_000
"""A usage file is written by hand; a larger one is a mistake."""


def read_usage(path: Path) -> UsageFile:
    """The usage file at `path`. Raises InputError when it can't be read, or is wrong."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from error
    if len(content) > MOST_BYTES:
        raise InputError(f"{path}: larger than {MOST_BYTES:,} bytes; a usage file is a few lines a resource")
    return parse_usage(load_yaml(content, str(path)), str(path))


def load_yaml(content: bytes, source: str) -> Any:
    """Plain values of a YAML document. Raises InputError for bad YAML, aliases and repeated keys."""
    import yaml

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.events.AliasEvent):
                raise yaml.YAMLError("aliases (*name) aren't allowed; write the values out")
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            keys = [key.value for key, _ in node.value]
            if len(set(map(str, keys))) < len(keys):
                raise yaml.YAMLError(f"a key is given twice (line {node.start_mark.line + 1})")
            return super().construct_mapping(node, deep)

    try:
        return yaml.load(content, Loader)  # noqa: S506 - a SafeLoader, made stricter
    except yaml.reader.ReaderError as error:
        raise InputError(f"{source}: not readable as YAML: it is no plain text in UTF-8") from error
    except RecursionError as error:
        raise InputError(f"{source}: not readable as YAML: it is nested too deep") from error
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"{source}: not readable as YAML: {_told(error)}") from error


def _told(error: Exception) -> str:
    """Where it is and what is wrong; what the parser was at when it found it is no help to a reader."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark and problem else str(error)
