"""Reads a usage file."""

from __future__ import annotations

from pathlib import Path

from cost.usage import UsageFile, parse_usage
from workbench.preview.yamlfile import read_yaml


def read_usage(path: Path) -> UsageFile:
    """The usage file at `path`. Raises InputError when it can't be read, or is wrong."""
    return parse_usage(read_yaml(path), str(path))
