"""Versions that cost more with age: from a day on AWS charges for extended support, and later more.

The days are data (``lifecycle.toml``, each with its source); which of them have come depends on the day of the
run alone, so that an estimate of one day is always the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from cost.catalogue import read_toml
from cost.charges import Unpriced


class Support(StrEnum):
    """What AWS charges for a version on some day."""

    STANDARD = "standard support"
    EXTENDED = "extended support"
    DEARER = "extended support, third year"


@dataclass(frozen=True, slots=True)
class Version:
    """The days of one version of a product."""

    charged_from: datetime.date
    """First billed day of extended support."""
    dearer_from: datetime.date | None = None
    """First day of its higher price; None: there is none."""

    def support(self, day: datetime.date) -> Support:
        """What `day` is billed as."""
        if day < self.charged_from:
            return Support.STANDARD
        return Support.EXTENDED if self.dearer_from is None or day < self.dearer_from else Support.DEARER

    def steps(self) -> tuple[tuple[datetime.date, Support], ...]:
        """The days on which the price rises."""
        first = (self.charged_from, Support.EXTENDED)
        return (first,) if self.dearer_from is None else (first, (self.dearer_from, Support.DEARER))


def version_of(product: str, text: str) -> Version | None:
    """The days of version `text` of `product`; None for one that is newer than all that have dates.

    An exact version (``8.0.36``) is looked up by its major one, and half a major one (``8``) by the oldest that it
    may mean. Raises Unpriced for a version that is older than all that are offered, unless AWS upgrades such by
    itself, and for one that isn't a version.
    """
    versions = _versions(product)
    parts = text.split(".")
    for length in range(len(parts), 0, -1):
        if (found := versions.get(".".join(parts[:length]))) is not None:
            return found
    try:
        asked = _order(text)
    except ValueError:
        raise Unpriced(f"version {text!r} of {product} isn't a version number, so its support can't be told") from None
    same_or_newer = [name for name in versions if _order(name)[: len(asked)] >= asked]
    if not same_or_newer:
        return None
    older = len(same_or_newer) == len(versions) and _order(same_or_newer[0])[: len(asked)] > asked
    if older and not _document()[product].get("upgraded"):
        raise Unpriced(f"version {text!r} of {product} is older than any that AWS offers; set a supported one")
    return versions[same_or_newer[0]]


def newest(product: str) -> str:
    """The newest version of `product` that has dates."""
    return list(_versions(product))[-1]


def has_lifecycle(product: str) -> bool:
    """True for a product whose versions have dates."""
    return product in _document()


def _order(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


@cache
def _versions(product: str) -> Mapping[str, Version]:
    """Versions of `product` by name, oldest first."""
    rows = _document()[product]["versions"]
    return {name: Version(row["charged_from"], row.get("dearer_from")) for name, row in rows.items()}


@cache
def _document() -> Mapping[str, Any]:
    return read_toml(Path(__file__).parent / "lifecycle.toml")
