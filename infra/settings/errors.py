"""What is wrong with a stack's settings, as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong value."""

    key: str
    """Key path in the file, e.g. ``plant:fleet.max_size``."""
    value: object
    """What the file says there."""
    message: str
    """What is wrong, what is allowed, and what to change."""
    source: str = ""
    """File the value was read from, e.g. ``Pulumi.dev.yaml``."""

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        return f"{where}{self.key} = {_shown(self.value)}: {self.message}"


class SettingsError(Exception):
    """The settings of a stack are wrong; carries every problem that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


_LONGEST_SHOWN_VALUE = 60


def _shown(value: object) -> str:
    if value is None:
        return "(missing)"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN_VALUE else text[: _LONGEST_SHOWN_VALUE - 1] + "…"
