"""The acceptance scenarios, one small module each.

A module has ``CRITERION`` (what the story demands, in a sentence) and ``play(stage)``, which acts and records what it
demands with ``stage.demand``. The file's name is the scenario's, with dashes for underscores.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.emulator.stage import Stage

ORDER = (
    "spike",
    "scaling-failures",
    "maintenance",
    "rollout",
    "rollback",
    "dead-canary",
    "low-traffic",
    "second-deploy-mid-rollout",
    "parked-rollout",
    "budget",
    "spend-brake",
    "abuse",
    "cache-outage",
    "zone-loss",
    "silent-fleet",
    "runaway",
    "drain",
    "failing-reaper",
    "reaper",
)
"""Names in the order of playing; the reaper comes last, because it takes the stack apart."""


@dataclass(frozen=True)
class Scenario:
    """One scenario."""

    name: str
    criterion: str
    play: Callable[[Stage], None]


def load(name: str) -> Scenario:
    """The scenario of a name.

    Raises:
        ModuleNotFoundError: There is none.
    """
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    return Scenario(name, module.CRITERION, module.play)
