"""Which settings are tried: one candidate is one choice for each of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from cost.catalogue import Catalogue
from cost.compute import price_file
from deployment.errors import InputError
from infra.settings import Settings

INSTANCE_TYPES: Final = ("t4g.nano", "t4g.micro", "t4g.small", "t4g.medium", "m7g.medium", "m7g.large")
"""arm64 types, cheapest first; each is tried with the next one as its stand-in."""
CACHES: Final = (None, "cache.t4g.micro")
"""Node types of the cache; None is serverless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Settings to try."""

    instance_types: tuple[str, ...]
    """plant:fleet.instance_types."""
    min_size: int
    """plant:fleet.min_size and desired_capacity."""
    max_size: int
    """plant:fleet.max_size."""
    warm_pool_size: int
    """plant:fleet.warm_pool_size."""
    cache_node_type: str | None
    """plant:cache.node_type; None is serverless."""
    hours_per_session: Decimal | None
    """plant:uptime.hours_per_session; None where the stack has no sessions."""
    spot_max_usd_per_hour: Decimal | None = None
    """plant:fleet.spot_max_usd_per_hour, where the stack has such a cap: the declared one with the declared types, the
    on-demand price of the first type with others."""

    @property
    def fleet_key(self) -> tuple[Any, ...]:
        """What decides how fast answers are while the stack is up."""
        return (self.instance_types, self.min_size, self.max_size, self.warm_pool_size)

    @property
    def frame(self) -> tuple[str, str]:
        """What else the program declares differently: cache and session length."""
        return (self.cache_node_type or "", str(self.hours_per_session))

    def frame_overrides(self) -> dict[str, str]:
        """Configuration values of the frame, for a run of the program."""
        return {key: value for key, value in self.overrides().items() if not key.startswith("plant:fleet.")}

    def settings(self) -> dict[str, dict[str, Any]]:
        """Group -> settings, as in a stack file."""
        fleet: dict[str, Any] = {
            "instance_types": list(self.instance_types),
            "min_size": self.min_size,
            "desired_capacity": max(self.min_size, min(1, self.max_size)),
            "max_size": self.max_size,
            "warm_pool_size": self.warm_pool_size,
        }
        if self.spot_max_usd_per_hour is not None:
            fleet["spot_max_usd_per_hour"] = f"{self.spot_max_usd_per_hour.normalize():f}"
        found: dict[str, dict[str, Any]] = {"plant:fleet": fleet, "plant:cache": {"node_type": self.cache_node_type}}
        if self.hours_per_session is not None:
            found["plant:uptime"] = {"hours_per_session": session_length(self.hours_per_session)}
        return found

    def overrides(self) -> dict[str, str]:
        """Configuration values for a run of the program; a setting that is absent is left out."""
        return {
            f"{group}.{key}": json.dumps(value)
            for group, values in self.settings().items()
            for key, value in values.items()
            if value is not None
        }

    def __str__(self) -> str:
        cache = self.cache_node_type or "serverless"
        pool = f", warm pool {self.warm_pool_size}" if self.warm_pool_size else ""
        session = "" if self.hours_per_session is None else f", {self.hours_per_session.normalize():f} h a session"
        return f"{self.instance_types[0]} {self.min_size} to {self.max_size}{pool}, cache {cache}{session}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Values of each setting, cheapest first."""

    instance_types: Sequence[tuple[str, ...]]
    min_sizes: Sequence[int]
    max_sizes: Sequence[int]
    warm_pools: Sequence[int]
    caches: Sequence[str | None]
    hours: Sequence[Decimal | None]
    spot_caps: Mapping[tuple[str, ...], Decimal] = field(default_factory=dict)
    """What a spot instance of each choice of types may cost; empty where the stack has no cap."""

    def candidates(self) -> Iterator[Candidate]:
        """All sensible combinations."""
        for types, low, high, pool, cache, hours in itertools.product(
            self.instance_types, self.min_sizes, self.max_sizes, self.warm_pools, self.caches, self.hours
        ):
            # A fleet that can't grow can't replace an instance without an outage, whatever its response times are.
            if low < high and pool <= high - low:
                yield Candidate(
                    instance_types=types,
                    min_size=low,
                    max_size=high,
                    warm_pool_size=pool,
                    cache_node_type=cache,
                    hours_per_session=hours,
                    spot_max_usd_per_hour=self.spot_caps.get(types),
                )

    def neighbours(self, candidate: Candidate) -> Iterator[tuple[str, Candidate]]:
        """Candidates one step away in one setting, with the setting's name."""
        axes: Sequence[tuple[str, Sequence[Any]]] = (
            ("instance_types", self.instance_types),
            ("min_size", self.min_sizes),
            ("max_size", self.max_sizes),
            ("warm_pool_size", self.warm_pools),
            ("cache_node_type", self.caches),
            ("hours_per_session", self.hours),
        )
        for name, values in axes:
            place = list(values).index(getattr(candidate, name))
            for other in (place - 1, place + 1):
                if 0 <= other < len(values):
                    changed = replace(candidate, **{name: values[other]})
                    yield name, replace(changed, spot_max_usd_per_hour=self.spot_caps.get(changed.instance_types))

    def floors(self, candidate: Candidate) -> Iterator[str]:
        """Settings of `candidate` that are as cheap as is considered, and why nothing cheaper is."""
        if candidate.instance_types == self.instance_types[0]:
            yield f"instance_types: {candidate.instance_types[0]} is the smallest type"
        if candidate.min_size == self.min_sizes[0]:
            yield f"min_size: {candidate.min_size} is the least that answers at any time"
        if candidate.max_size == candidate.min_size + 1:
            yield "max_size: a fleet that can't grow can't replace an instance without an outage"
        if candidate.hours_per_session is not None and candidate.hours_per_session == self.hours[0]:
            yield f"hours_per_session: the stack declares {candidate.hours_per_session.normalize():f} h"


def session_length(hours: Decimal) -> int | str:
    """`hours` as a stack file has them: whole ones as a number, others as H:MM."""
    whole, minutes = divmod(round(hours * 60), 60)
    return whole if not minutes else f"{whole}:{minutes:02}"


def space_for(settings: Settings) -> Space:
    """What is worth trying around `settings`: nothing below the declared session length.

    Raises InputError where no instances run the service.
    """
    if settings.platform.kind == "kubernetes":
        raise InputError(
            "optimize tries fleets of instances, and pods run the service here (plant:platform.kind is kubernetes);"
            " `./plant simulate` says what size of pods (plant:pods.cpu_millicores) holds the promise, and at what cost"
        )
    types = [INSTANCE_TYPES[index : index + 2] for index in range(len(INSTANCE_TYPES) - 1)]
    hours = settings.uptime.hours_per_session
    sessions = settings.uptime.schedule == "sessions"
    largest = max(4, settings.fleet.max_size + 2)
    return Space(
        instance_types=types,
        min_sizes=(1, 2, 3),
        max_sizes=tuple(range(2, largest + 1)),
        # Its instances are stopped, which spot instances can't be.
        warm_pools=(0, 1) if settings.fleet.on_demand_percent_above_base == 100 else (0,),
        caches=CACHES if settings.tenancy.kind == "dedicated" else (None,),
        hours=tuple(dict.fromkeys((hours, min(Decimal(24), hours + 1)))) if sessions else (None,),
        spot_caps=spot_caps(types, settings),
    )


def spot_caps(types: Sequence[tuple[str, ...]], settings: Settings) -> dict[tuple[str, ...], Decimal]:
    """What a spot instance of each choice of types may cost, US$ an hour; empty where the stack has no cap.

    The declared cap was chosen for the declared types; of others the on-demand price is the only bound at hand.
    """
    cap = settings.fleet.spot_max_usd_per_hour
    if cap is None:
        return {}
    return on_demand_prices(types, settings.region) | {settings.fleet.instance_types: cap}


def on_demand_prices(types: Sequence[tuple[str, ...]], region: str) -> dict[tuple[str, ...], Decimal]:
    """On-demand price of the first of each choice of instance types, US$ an hour."""
    catalogue = Catalogue(region)
    return {each: catalogue.price(price_file(each[0]), f"linux.{each[0]}").usd for each in types}
