"""What an engineer sets to change a stack, as its program publishes it: resources have no word for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cost.uptime import Uptime

NEW_VALUE = "{}"
"""Stands for the new value in what is published."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """Sessions of a month that a setting gives."""

    what: str
    """The setting and its value."""
    uptime: Uptime


@dataclass(frozen=True, slots=True)
class Adjustable:
    """The settings that changes of a graph are made by; a change that none of them makes is one of the program."""

    sets: Mapping[str, str]
    """Property (or key of `costBasis`, or type that takes another's place) -> what to set, with `NEW_VALUE`."""
    least: Mapping[str, Decimal]
    """Property -> the lowest value that the settings accept."""
    sessions: tuple[SessionPlan, ...] = ()
    """Plans of fewer or shorter sessions."""

    def told(self, path: str, value: str) -> str | None:
        """What to set so that `path` gets `value`; None where no setting does it."""
        template = self.sets.get(path)
        return None if template is None else template.replace(NEW_VALUE, value)

    def plan(self, uptime: Uptime) -> str | None:
        """What to set so that the stack is up for `uptime`; None where no setting does it."""
        return next((plan.what for plan in self.sessions if plan.uptime == uptime), None)
