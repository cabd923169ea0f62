"""Renews (or makes) price files of a Region from offer files of the AWS Price List, and refuses what looks wrong."""

from __future__ import annotations

import datetime
import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from cost.catalogue import GLOBAL, ROOT, Price, file_rows, read_price, read_toml, unit_size
from cost.money import text
from workbench.cost.offer_file import OfferedPrice, OfferFile, Tiers, read_offer_file
from workbench.cost.price_list import Missing, PriceList
from workbench.cost.selectors import Selector, codes, scale_of, selector_of, selectors

LARGEST_MOVE: Final = Decimal("0.5")
"""A price that moves by more of its old value than this is refused without --accept."""

ODD: Final = 4
"""A new price that is this many times that of `REFERENCE`, or as small a part of it, is told."""

REFERENCE: Final = "us-east-1"
"""Region with which the prices of others are compared."""

SOURCE: Final = "AWS Price List"
"""How the source of a renewed row begins."""


@dataclass(frozen=True, slots=True)
class Move:
    """One price before and after."""

    path: str
    """``region/service/key``."""
    old_usd: Decimal
    new_usd: Decimal | None
    """None: the offer files have it no longer."""
    lost: bool = False
    """True when the row came from the Price List and is no longer in it: a loss, not a gap."""

    @property
    def suspicious(self) -> bool:
        """True for a lost price, and for one that moves by more than half."""
        if self.new_usd is None:
            return self.lost
        return abs(self.new_usd - self.old_usd) > LARGEST_MOVE * self.old_usd

    def __str__(self) -> str:
        gone = "is no longer in the Price List" if self.lost else "isn't found, and stays"
        return f"{self.path}: ${text(self.old_usd)} " + (
            gone if self.new_usd is None else f"becomes ${text(self.new_usd)}"
        )


@dataclass(frozen=True, slots=True)
class Refresh:
    """What offer files change in the price files of one Region."""

    region: str
    moves: tuple[Move, ...]
    """Prices that differ, or are no longer found."""
    confirmed: int
    """Prices that they confirm; their source and date are renewed."""
    added: int
    """Prices that the Region hadn't."""
    missing: Mapping[str, str]
    """Service and key of what could not be found -> why."""
    odd: tuple[str, ...]
    """New prices that are far from those of `REFERENCE`, for people."""
    files: Mapping[Path, str]
    """New content of the price files."""
    rows: Mapping[str, int]
    """Price file -> rows that it has then."""


@dataclass(frozen=True, slots=True)
class Read:
    """What offer files have for a Region."""

    files: tuple[OfferFile, ...]
    gaps: Mapping[str, str] = field(default_factory=dict)
    """Offer -> why it has no usable file."""
    asked: tuple[str, ...] = ()
    """Offers that were asked for."""

    def offered(self) -> Mapping[tuple[str, str], tuple[OfferedPrice, OfferFile]]:
        """Price file and key -> its price, of the newest file that has it."""
        found: dict[tuple[str, str], tuple[OfferedPrice, OfferFile]] = {}
        for file in self.files:
            for price in file.prices:
                found.setdefault((price.service, price.key), (price, file))
        return found


def read_region(price_list: PriceList, region: str, wanted: Sequence[str] = ()) -> Read:
    """What the offers of `wanted` (all, when empty) have for `region`. Raises InputError for a broken file."""
    chosen = [each for each in selectors() if each.everywhere == (region == GLOBAL)]
    files: list[OfferFile] = []
    gaps: dict[str, str] = {}
    asked = codes(region=region, wanted=wanted)
    for code in asked:
        try:
            paths = price_list.files(code, region)
        except Missing as reason:
            gaps[code] = str(reason)
            continue
        files += [read_offer_file(path, region, chosen) for path in paths]
    return Read(tuple(files), gaps, asked)


def plan_refresh(read: Read, region: str, root: Path = ROOT) -> Refresh:
    """What `read` changes in the price files of `region` under `root`. Writes nothing.

    A row that came from the Price List and isn't there any more is a loss; one of another source may just be something
    that its selector doesn't find, and stays as it is.
    """
    folder = root / "aws" / region
    read_files = {path.stem: read_toml(path) for path in sorted(folder.glob("*.toml"))}
    documents = {service: dict(file_rows(document)) for service, document in read_files.items()}
    offered = read.offered()
    missing = _missing(read, region, offered)
    there = functools.cache(functools.partial(_reference_rows, region, root))
    moves: list[Move] = []
    odd: list[str] = []
    counts: Counter[str] = Counter()
    touched: set[str] = set()
    for (service, key), (price, file) in sorted(offered.items()):
        new = row_of(price, file, offered)
        if new is None:
            missing[f"{service}/{key}"] = f"{price.selector.plus}, which is billed with it, isn't in the offer file"
            continue
        rows = documents.setdefault(service, {})
        touched.add(service)
        usd = Decimal(str(new["price_usd"]))
        if (row := rows.get(key)) is None:
            counts["added"] += 1
            odd += _odd(service, key, usd, there(service))
            if note := read_files.get(service, {}).get("defaults", {}).get("note"):
                new = {"price_usd": new["price_usd"], "unit": new["unit"], "note": note, **new}  # a list stays one
        else:
            old = read_price(region, service, key, row)
            if usd == old.usd:
                counts["confirmed"] += 1
            else:
                moves.append(Move(old.path, old.usd, usd))
            new = {**row, **new}
            if len(price.tiers) == 1:
                new.pop("tiers", None)
        rows[key] = new
    for service, rows in documents.items():
        for key, row in rows.items():
            if (service, key) not in offered and _asked(selector_of(service, key), read):
                old = read_price(region, service, key, row)
                moves.append(Move(old.path, old.usd, None, old.source.startswith(SOURCE)))
    return Refresh(
        region=region,
        moves=tuple(sorted(moves, key=lambda move: move.path)),
        confirmed=counts["confirmed"],
        added=counts["added"],
        missing=dict(sorted(missing.items())),
        odd=tuple(odd),
        files={folder / f"{service}.toml": render_rows(documents[service]) for service in sorted(touched)},
        rows={service: len(rows) for service, rows in sorted(documents.items())},
    )


def row_of(
    price: OfferedPrice, file: OfferFile, offered: Mapping[tuple[str, str], tuple[OfferedPrice, OfferFile]]
) -> dict[str, Any] | None:
    """Row of a price file. Offers price single things, the catalogue also thousands and millions; None when a price
    that is billed with it is missing."""
    tiers = in_catalogue_units(price)
    if price.selector.plus:
        other = offered.get((price.service, price.selector.plus))
        if other is None:
            return None
        tiers = ((None, tiers[0][1] + in_catalogue_units(other[0])[0][1]),)
    row: dict[str, Any] = {"price_usd": _plain(tiers[0][1]), "unit": price.selector.unit}
    if len(tiers) > 1:
        row["tiers"] = [
            {**({} if end is None else {"up_to": _plain(end)}), "price_usd": _plain(usd)} for end, usd in tiers
        ]
    published = file.header.publication_date[:10]
    row["source"] = f"{SOURCE} {file.code}, published {published}"
    row["observed_on"] = published
    row["confidence"] = "yes"
    return row


def in_catalogue_units(price: OfferedPrice) -> Tiers:
    """Bands in units of the catalogue. A first band that is free is an allowance, and those are the account's: it is
    left out here (``cost/allowances.toml`` has them), so that the price is never too low."""
    size = unit_size(price.selector.unit) * scale_of(price.unit, price.selector.unit)
    tiers = price.tiers[1:] if len(price.tiers) > 1 and not price.tiers[0][1] else price.tiers
    return tuple((None if end is None else end / size, usd * size) for end, usd in tiers)


def _asked(selector: Selector | None, read: Read) -> bool:
    """True when the offers that were read should have the price."""
    had = {file.code for file in read.files}
    return selector is not None and bool(set(selector.offers) & had)


def _missing(
    read: Read, region: str, offered: Mapping[tuple[str, str], tuple[OfferedPrice, OfferFile]]
) -> dict[str, str]:
    """Every price that should be there and isn't, by service and key."""
    found = {price.selector for price, _ in offered.values()}
    ambiguous = {name: why for file in read.files for name, why in file.ambiguous.items()}
    missing = dict(ambiguous)
    for each in selectors():
        if each.absent or each.everywhere != (region == GLOBAL) or each in found or each.name in ambiguous:
            continue
        asked = [code for code in each.offers if code in read.asked]
        if asked:
            missing[each.name] = "; ".join(
                f"{code}: {read.gaps[code]}" if code in read.gaps else f"no product of {code} fits" for code in asked
            )
    return missing


def _reference_rows(region: str, root: Path, service: str) -> Mapping[str, Mapping[str, Any]]:
    """What the prices of a service in `region` are held against; nothing for those that are the same everywhere."""
    path = root / "aws" / REFERENCE / f"{service}.toml"
    return file_rows(read_toml(path)) if region not in (GLOBAL, REFERENCE) and path.is_file() else {}


def _odd(service: str, key: str, usd: Decimal, reference: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A sentence when a new price is far from the reference's, as one in another unit would be."""
    row = reference.get(key)
    if row is None:
        return []
    there = read_price(REFERENCE, service, key, row).usd
    if there / ODD <= usd <= there * ODD:
        return []
    return [f"{service}/{key}: ${text(usd)}, in {REFERENCE} ${text(there)}"]


def render_rows(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Text of a price file. Rows that share all but their dollars are written as one list."""
    provenance = {
        tuple(sorted((key, str(value)) for key, value in row.items() if key != "price_usd")) for row in rows.values()
    }
    if len(rows) > 1 and len(provenance) == 1:
        shared = {key: value for key, value in next(iter(rows.values())).items() if key != "price_usd"}
        if not shared.keys() & {"tiers", "zones"}:
            head = "\n".join(_field(key, value) for key, value in shared.items())
            body = "\n".join(f"{_quoted(key)} = {_quoted(str(row['price_usd']))}" for key, row in rows.items())
            return f"[defaults]\n{head}\n\n[prices]\n{body}\n"
    return "\n\n".join(_table(key, row) for key, row in rows.items()) + "\n"


def _table(key: str, row: Mapping[str, Any]) -> str:
    bare = key.replace("_", "").replace("-", "").isalnum()
    return f"[{key if bare else _quoted(key)}]\n" + "\n".join(_field(name, value) for name, value in row.items())


def _field(name: str, value: Any) -> str:
    if name == "tiers":
        bands = "".join(
            f"  {{ {', '.join(f'{key} = {_quoted(str(item))}' for key, item in band.items())} }},\n" for band in value
        )
        return f"tiers = [\n{bands}]"
    if name == "zones":
        return f"zones = {{ {', '.join(f'{zone} = {_quoted(str(usd))}' for zone, usd in value.items())} }}"
    if isinstance(value, datetime.date) or (name == "observed_on" and re.fullmatch(r"\d{4}-\d\d-\d\d", str(value))):
        return f"{name} = {value}"
    return f"{name} = {_quoted(str(value))}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


__all__ = ["Move", "Price", "Read", "Refresh", "plan_refresh", "read_region", "render_rows"]
