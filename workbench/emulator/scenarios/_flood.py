"""Floods that each one rate rule has to stop, and that the others leave alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.emulator.behaviour.waf import Request

if TYPE_CHECKING:
    from workbench.emulator.stage import Stage

ORDINARY_ADDRESS = "198.51.100.200"
FLOODER = "203.0.113.9"
MANY = 240


@dataclass(frozen=True)
class Flood:
    """One kind of flood."""

    rule: str
    """Rule that has to stop it."""
    what: str
    times: float
    """How many times the allowed rate it is; so much that no other rule gets there first."""
    request: Callable[[int, str, str, Stage], Request]
    """Its request of a number: host, name of the header that tells users apart, and the stage."""


FLOODS = (
    Flood(
        "rate-per-ip",
        "a flood from one address with ever new tokens",
        3,
        lambda number, host, header, stage: Request(
            "/v1/plants", FLOODER, headers={"host": host, header: f"Bearer flood-{number % MANY}"}
        ),
    ),
    Flood(
        "rate-per-user",
        "a flood of one user from many addresses",
        3,
        lambda number, host, header, stage: Request(
            "/v1/plants", f"203.0.113.{number % MANY}", headers={"host": host, header: "Bearer flood"}
        ),
    ),
    Flood(
        "rate-heavy-path",
        "a flood on the heavy paths",
        2,
        lambda number, host, header, stage: Request(
            f"{stage.settings.firewall.heavy_path_prefix}/all",
            FLOODER,
            headers={"host": host, header: f"Bearer flood-{number % MANY}"},
        ),
    ),
)
