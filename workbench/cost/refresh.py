"""Renews price files from an AWS Price List offer file, and refuses what looks wrong."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from cost.catalogue import ROOT, Price, file_rows, read_price, read_toml
from cost.money import text
from workbench.cost.offer_file import OfferedPrice, OfferFile, offers

LARGEST_MOVE: Final = Decimal("0.5")
"""A price that moves by more of its old value than this is refused without --accept."""


@dataclass(frozen=True, slots=True)
class Move:
    """One price before and after."""

    path: str
    """``region/service/key``."""
    old_usd: Decimal
    new_usd: Decimal | None
    """None: the offer file has it no longer."""

    @property
    def suspicious(self) -> bool:
        """True for a lost price, and for one that moves by more than half."""
        if self.new_usd is None:
            return True
        return abs(self.new_usd - self.old_usd) > LARGEST_MOVE * self.old_usd

    def __str__(self) -> str:
        new = "is no longer in the Price List" if self.new_usd is None else f"becomes ${text(self.new_usd)}"
        return f"{self.path}: ${text(self.old_usd)} {new}"


@dataclass(frozen=True, slots=True)
class Refresh:
    """What an offer file changes."""

    moves: tuple[Move, ...]
    """Prices that differ, or are lost."""
    confirmed: int
    """Prices that it confirms; their source and date are renewed."""
    files: Mapping[Path, str]
    """New content of the price files."""


def plan_refresh(offer_file: OfferFile, region: str, root: Path = ROOT) -> Refresh:
    """What `offer_file` changes in the price files of `region` under `root`. Writes nothing."""
    offered = {_target(price, root, region): price for price in offer_file.prices}
    moves: list[Move] = []
    confirmed = 0
    files: dict[Path, str] = {}
    for path in sorted((root / "aws" / region).glob("*.toml")):
        document = read_toml(path)
        rows = file_rows(document)
        new_rows: dict[str, Mapping[str, Any]] = {}
        touched = False
        for key, row in rows.items():
            old = read_price(region, path.stem, key, row)
            new = offered.get((path.stem, key))
            if new is None:
                if _belongs(old, offer_file.code):
                    moves.append(Move(old.path, old.usd, None))
                new_rows[key] = row
                continue
            touched = True
            new_rows[key] = renewed(row, old, new, offer_file)
            usd = Decimal(str(new_rows[key]["price_usd"]))
            if usd == old.usd:
                confirmed += 1
            else:
                moves.append(Move(old.path, old.usd, usd))
        if touched:
            files[path] = render_rows(new_rows)
    return Refresh(tuple(moves), confirmed, files)


def renewed(row: Mapping[str, Any], old: Price, new: OfferedPrice, offer_file: OfferFile) -> dict[str, Any]:
    """`row` with the offered price. Offers price single things, the catalogue also thousands and millions."""
    result = dict(row)
    size = old.unit_size
    result["price_usd"] = _plain(new.tiers[0][1] * size)
    result.pop("tiers", None)
    if len(new.tiers) > 1:
        result["tiers"] = [
            {**({} if end is None else {"up_to": _plain(end / size)}), "price_usd": _plain(usd * size)}
            for end, usd in new.tiers
        ]
    result["source"] = f"AWS Price List {offer_file.code}, published {offer_file.publication_date[:10]}"
    result["observed_on"] = new.effective_date or offer_file.publication_date[:10]
    result["confidence"] = "yes"
    return result


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


def _target(price: OfferedPrice, root: Path, region: str) -> tuple[str, str]:
    """File and key of an offered price; a family that is spread over files goes where its key is."""
    if "*" not in price.offer.service:
        return price.offer.service, price.key
    from cost.compute import price_file

    return price_file(price.key.removeprefix("linux.")), price.key


def _belongs(price: Price, code: str) -> bool:
    """True when the Price List's offer `code` should have the price."""
    return any(
        offer.code == code and fnmatchcase(price.service, offer.service) and fnmatchcase(price.key, offer.key)
        for offer in offers()
    )
