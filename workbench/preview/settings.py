"""Settings of a stack, and whose fault it is when they are wrong: the stack file's, or an option's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deployment.errors import InputError
from workbench.preview.stackfile import REPOSITORY, full_key, read_stack

if TYPE_CHECKING:
    from infra.settings import Settings


def settings_of(stack: str, overrides: Mapping[str, str], root: Path = REPOSITORY) -> Settings:
    """Settings that `stack` is deployed with, `overrides` on top. Raises InputError with all that is wrong."""
    from infra.settings import SettingsError, load

    file = read_stack(root, stack, overrides)
    try:
        return load(file.config, f"Pulumi.{stack}.yaml")
    except SettingsError as error:
        problems = [str(problem) for problem in error.problems]
        raise InputError(*blamed(problems, stack, overrides, root)) from error


def blamed(problems: Iterable[str], stack: str, overrides: Mapping[str, str], root: Path = REPOSITORY) -> list[str]:
    """`problems` (``Pulumi.dev.yaml: plant:fleet.max_size = …``), blamed on --config where that gave the value."""
    if not overrides:
        return list(problems)
    own = read_stack(root, stack, {})
    given = [full_key(key, own.project) for key in overrides]
    # A group that the file doesn't have is the option's, whatever in it the option sets.
    given += [group for key in given if (group := re.split(r"[.\[]", key)[0]) not in own.config]
    return [_blamed(problem, stack, given) for problem in problems]


def _blamed(problem: str, stack: str, given: Sequence[str]) -> str:
    told = problem.removeprefix(f"Pulumi.{stack}.yaml: ")
    key, equals, _ = told.partition(" = ")
    return f"--config {told}" if equals and any(_is_of(option, key) for option in given) else problem


def _is_of(option: str, key: str) -> bool:
    """Whether `option` gave the value at `key`, or a part of it; the value of a whole group is told by its parts."""
    deeper = "." in key and re.match(rf"{re.escape(key)}($|[.\[])", option)
    return bool(deeper or re.match(rf"{re.escape(option)}($|[.\[])", key))
