"""The price list: one TOML file a region and service under ``prices/aws``, read when first asked for.

A price is looked up by its exact key. One that isn't there is an error (`MissingPrice`), never zero and
never another region's: the caller reports the resource as unpriced.
"""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Final

from deployment import kept
from deployment.errors import InputError

ROOT: Final = Path(__file__).parent / "prices"
"""Where the price files are: ``<ROOT>/aws/<region>/<service>.toml``."""

GLOBAL: Final = "global"
"""Folder of the prices that are the same in every region."""

REFERENCE: Final = "us-east-1"
"""The Region whose prices are the most complete."""

CONFIDENCES: Final = ("yes", "quoted", "secondary", "derived")
"""How well a price is verified: read in a first-hand artefact, quoted by a third party from AWS's page or
bill, claimed by a third party, computed from other rows. Anything less isn't loaded."""

REGION: Final = re.compile(r"(?:[a-z]{2}|eusc)(-[a-z]+)?-(?:central|(?:north|south|east|west)(?:east|west)?)-\d{1,2}")
"""How the name of a Region looks, its part of the world by the compass: ``eu-central-1``, ``us-gov-west-1``. A mistyped
one has no prices, and where each resource names its own nobody would notice."""

_MULTIPLES: Final = {"": 1, "k": 1_000, "M": 1_000_000}


class MissingPrice(Exception):  # noqa: N818 - it names the fact, like KeyError's cousins in the Price List API
    """The catalogue holds no verified price for what was asked."""

    def __init__(self, region: str, service: str, key: str) -> None:
        super().__init__(f"no verified price {service}/{key} in region {region}")
        self.region = region
        self.name = f"{service}/{key}"
        self.service = service
        self.key = key


@dataclass(frozen=True, slots=True)
class Tier:
    """One band of a tiered price."""

    up_to: Decimal | None
    """Upper end of the band in price units a month; None for the last one."""
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """One list price with where it was read."""

    region: str
    """Region it holds for, or ``global``."""
    service: str
    key: str
    usd: Decimal
    """US dollars for one unit (of the first tier)."""
    unit: str
    """What one unit is, e.g. ``ALB-hour`` or ``1M requests``."""
    unit_size: Decimal
    """How many single things one unit holds: 1000000 for ``1M requests``."""
    tiers: tuple[Tier, ...]
    note: str
    source: str
    observed_on: str
    """Date of the source, ISO, as precise as it is known ("2026" or "" at worst)."""
    confidence: str
    zones: tuple[Decimal, ...] = ()
    """Of a spot price: that of each zone, lowest first; `usd` is their mean."""

    name: str = field(init=False)
    """Service and key, e.g. ``elb/alb_hour``: the same price in every region."""
    path: str = field(init=False)
    """Where the row is, e.g. ``us-east-1/elb/alb_hour``."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"{self.service}/{self.key}")
        object.__setattr__(self, "path", f"{self.region}/{self.name}")

    def cost(self, quantity: Decimal) -> Decimal:
        """US dollars for `quantity` units a month, tier by tier."""
        if not self.tiers:
            return quantity * self.usd
        total, start = Decimal(0), Decimal(0)
        for tier in self.tiers:
            if start >= quantity:  # nothing is left for this one, nor for those above it
                break
            end = quantity if tier.up_to is None else min(quantity, tier.up_to)
            total += (end - start) * tier.usd
            start = end
        return total


class Catalogue:
    """Prices of one region. Files are read once in a process, each when its first price is asked for.

    A region without files has the prices that are the same everywhere.
    """

    def __init__(self, region: str) -> None:
        """Raises InputError when `region` isn't the name of one."""
        if not REGION.fullmatch(region):
            raise InputError(
                f"region {region!r}: not the name of an AWS Region; the catalogue holds {', '.join(regions())}. "
                "Choose one with --region or aws:region"
            )
        self.region = region

    def find(self, service: str, key: str) -> Price | None:
        """The price `key` of `service`, or None."""
        return price_in(self.region, service, key) or price_in(GLOBAL, service, key)

    def price(self, service: str, key: str) -> Price:
        """The price `key` of `service`. Raises MissingPrice."""
        found = self.find(service, key)
        if found is None:
            raise MissingPrice(self.region, service, key)
        return found


def price_at(path: str) -> Price | None:
    """The price at ``region/service/key`` (`Price.path`); None where no file holds it: not every price is of a file."""
    region, service, key = path.split("/", 2)
    return price_in(region, service, key)


@cache
def price_in(region: str, service: str, key: str) -> Price | None:
    """The price `key` of `service` that the files of `region`, or `GLOBAL`, hold themselves."""
    row = _rows(region, service).get(key)
    return None if row is None else read_price(region, service, key, row)


@cache
def regions() -> tuple[str, ...]:
    """Regions that have prices of their own."""
    return tuple(sorted(path.name for path in (ROOT / "aws").iterdir() if path.is_dir() and path.name != GLOBAL))


def all_prices() -> Iterator[Price]:
    """Every price of the catalogue, by region, service and key."""
    for path in sorted((ROOT / "aws").glob("*/*.toml")):
        region, service = path.parent.name, path.stem
        for key, row in _rows(region, service).items():
            yield read_price(region, service, key, row)


def reread() -> None:
    """Read price files anew from now on: they have changed."""
    for known in (regions, price_in, _rows):
        known.cache_clear()


@cache
def _rows(region: str, service: str) -> Mapping[str, Mapping[str, Any]]:
    """Rows of one file by key; empty when the region has no file for the service."""
    path = ROOT / "aws" / region / f"{service}.toml"
    return file_rows(read_kept(path)) if path.is_file() else {}


def file_rows(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Rows of a price file by key.

    Most files have a table a price. One with ``[defaults]`` and ``[prices]`` holds many prices of one
    provenance: there a row is just the dollars, and has the other fields from the defaults.
    """
    if "prices" not in document:
        return document
    defaults = document.get("defaults", {})
    return {key: {**defaults, "price_usd": usd} for key, usd in document["prices"].items()}


def read_toml(path: Path) -> dict[str, Any]:
    """Content of a TOML file of the catalogue. Raises InputError when it isn't valid TOML."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from error


LARGE_BYTES: Final = 8_000
"""From what size on what is in a file is kept."""


def read_kept(path: Path) -> dict[str, Any]:
    """What `read_toml` gives, days as text; of a large file from run to run, for reading TOML takes ten times as long
    as reading that. Raises InputError."""
    content = path.read_bytes()
    key = kept.key_of("TOML", content) if len(content) >= LARGE_BYTES else None
    known = None if key is None else kept.read(key)
    if known is None:
        known = json.dumps(read_toml(path), default=datetime.date.isoformat).encode()
        if key is not None:
            kept.write(key, known)
    found: dict[str, Any] = json.loads(known)
    return found


def read_price(region: str, service: str, key: str, row: Any) -> Price:
    """One row of a price file. Raises InputError that names file, key and field."""
    where = f"cost/prices/aws/{region}/{service}.toml [{key}]"
    try:
        tiers = tuple(
            Tier(up_to=_decimal(tier["up_to"]) if "up_to" in tier else None, usd=_decimal(tier["price_usd"]))
            for tier in row.get("tiers", ())
        )
        price = Price(
            region=region,
            service=service,
            key=key,
            usd=_decimal(row["price_usd"]),
            unit=row["unit"],
            unit_size=unit_size(row["unit"]),
            tiers=tiers,
            note=row.get("note", ""),
            source=row["source"],
            observed_on=str(row.get("observed_on", "")),
            confidence=row["confidence"],
            zones=tuple(sorted(_decimal(usd) for usd in row.get("zones", {}).values())),
        )
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        lacking = ", ".join(key for key in ("price_usd", "unit", "source", "confidence") if key not in row)
        what = f"{lacking} is missing" if isinstance(error, KeyError) and lacking else repr(error)
        raise InputError(f"{where}: {what}; a row needs price_usd, unit, source and confidence as strings") from error
    if price.confidence not in CONFIDENCES:
        raise InputError(f"{where}: confidence {price.confidence!r}; allowed: {', '.join(CONFIDENCES)}")
    ends = [tier.up_to for tier in tiers]
    if tiers and (None in ends[:-1] or ends[-1] is not None or ends[:-1] != sorted(ends[:-1], key=_end)):
        raise InputError(f"{where}: tiers must rise, and only the last one has no up_to")
    if price.usd < 0 or any(tier.usd < 0 for tier in tiers):
        raise InputError(f"{where}: a price is never negative")
    return price


def unit_size(unit: str) -> Decimal:
    """How many single things `unit` holds: 1000000 for ``1M requests``, 1 for ``hour``."""
    found = re.match(r"(\d+)([kM]?) ", unit)
    return Decimal(int(found[1]) * _MULTIPLES[found[2]]) if found else Decimal(1)


def _end(value: Decimal | None) -> Decimal:
    return Decimal("Infinity") if value is None else value


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    number = Decimal(value)
    if not number.is_finite():
        raise InvalidOperation(f"{value!r} is not finite")
    return number
