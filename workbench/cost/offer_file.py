"""Reads an AWS Price List offer file in one pass, whatever its size: only the products asked for are kept.

Format: AWS Price List bulk API, ``formatVersion`` v1.0 (AWS Billing user guide, "Reading the service price list
files", 2026-11): ``products`` by SKU with their attributes, then ``terms.OnDemand`` by SKU with price dimensions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import IO, Any

from cost.catalogue import ROOT, read_toml
from deployment.errors import InputError


@dataclass(frozen=True, slots=True)
class Offer:
    """Which product of the Price List one price (or a family of them) is."""

    code: str
    service: str
    key: str
    usage_type: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfferedPrice:
    """What an offer file says for one key."""

    offer: Offer
    key: str
    tiers: tuple[tuple[Decimal | None, Decimal], ...]
    """(end of the band in single units, None for the last; US dollars for one unit)."""
    effective_date: str


@dataclass(frozen=True, slots=True)
class OfferFile:
    """What was read from one offer file."""

    code: str
    publication_date: str
    prices: tuple[OfferedPrice, ...]


@cache
def offers() -> tuple[Offer, ...]:
    """The table of ``offers.toml``."""
    return tuple(Offer(**row) for row in read_toml(ROOT / "offers.toml")["offer"])


def read_offer_file(path: Path, region: str) -> OfferFile:
    """On-demand prices of `region` in the offer file at `path`. Raises InputError when it isn't one."""
    try:
        with path.open("rb") as file:
            return _read(file, region, str(path))
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from error


def _read(file: IO[bytes], region: str, source: str) -> OfferFile:
    import ijson

    header: dict[str, str] = {}
    wanted: dict[str, tuple[Offer, str]] = {}
    found: list[OfferedPrice] = []
    candidates: Sequence[Offer] = ()
    try:
        for section, value in _sections(ijson.parse(file)):
            if section in ("offerCode", "publicationDate"):
                header[section] = str(value)
                candidates = [offer for offer in offers() if offer.code == header.get("offerCode")]
            elif section == "product":
                for offer in candidates:
                    if (key := _key(offer, value.get("attributes") or {}, region)) is not None:
                        wanted[str(value.get("sku"))] = (offer, key)
            elif (entry := wanted.get(section)) is not None:
                found.extend(_prices(*entry, value))
    except (ijson.JSONError, UnicodeDecodeError, InvalidOperation, AttributeError, TypeError) as error:
        raise InputError(f"{source}: not an AWS Price List offer file: {error}") from error
    if "offerCode" not in header:
        raise InputError(f"{source}: not an AWS Price List offer file: no offerCode")
    return OfferFile(header["offerCode"], header.get("publicationDate", ""), _merged(found, source))


def _sections(events: Any) -> Iterator[tuple[str, Any]]:
    """Header fields, then ("product", product) and (sku, term) one by one; nothing else is kept in memory."""
    from ijson.common import ObjectBuilder

    builder: Any = None
    target = ""
    for prefix, event, value in events:
        parts = prefix.split(".")
        if builder is not None:
            builder.event(event, value)
            if prefix == target and event == "end_map":
                section = "product" if parts[0] == "products" else parts[2]
                yield section, builder.value
                builder = None
        elif event == "start_map" and (
            (parts[0] == "products" and len(parts) == 2) or (parts[:2] == ["terms", "OnDemand"] and len(parts) == 3)
        ):
            builder, target = ObjectBuilder(), prefix
            builder.event(event, value)
        elif event == "string" and len(parts) == 1:
            yield prefix, value


def _key(offer: Offer, attributes: dict[str, Any], region: str) -> str | None:
    """The catalogue's key for a product with `attributes`; None when it isn't what `offer` means."""
    if attributes.get("regionCode") not in (region, None, ""):
        return None
    usage_type = re.sub(r"^[A-Z]{2,4}\d?-", "", str(attributes.get("usagetype", "")))
    if not fnmatchcase(usage_type, offer.usage_type):
        return None
    if any(attributes.get(name) != value for name, value in offer.attributes.items()):
        return None
    star = usage_type[offer.usage_type.index("*") :] if "*" in offer.usage_type else ""
    return offer.key.replace("*", star)


def _prices(offer: Offer, key: str, terms: dict[str, Any]) -> Iterator[OfferedPrice]:
    for term in terms.values():
        bands = []
        for dimension in (term.get("priceDimensions") or {}).values():
            end = str(dimension.get("endRange", "Inf"))
            begin = Decimal(str(dimension.get("beginRange", "0")))
            usd = Decimal(str((dimension.get("pricePerUnit") or {}).get("USD", "NaN")))
            if not usd.is_finite() or usd < 0:
                raise TypeError(f"{key}: a price dimension without US dollars")
            bands.append((begin, None if end == "Inf" else Decimal(end), usd))
        if bands:
            bands.sort(key=lambda band: band[0])
            tiers = tuple((end, usd) for _, end, usd in bands)
            yield OfferedPrice(offer, key, tiers, str(term.get("effectiveDate", ""))[:10])


def _merged(found: list[OfferedPrice], source: str) -> tuple[OfferedPrice, ...]:
    """One entry a key. Raises InputError when products of one key differ in price: the table is too wide then."""
    merged: dict[tuple[str, str], OfferedPrice] = {}
    problems = []
    for price in found:
        other = merged.setdefault((price.offer.service, price.key), price)
        if other.tiers != price.tiers:
            problems.append(f"{source}: {price.offer.service}/{price.key}: two products with different prices match")
    if problems:
        raise InputError(*dict.fromkeys(problems))
    return tuple(merged.values())
