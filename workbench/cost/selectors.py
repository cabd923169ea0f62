"""Which products of the AWS Price List the prices of the catalogue are: the tables of ``cost/prices/offers``.

A file a service. ``[prices.KEY]`` says how the product of one price is found, the same in every Region:

- `offer`: the offer (service code) that has it; the file's, unless the row names another
- `usage_type`: its usage type without the Region's prefix, `*` standing for anything; a list: one of them
- `family`, `operation`, `attributes`: what else narrows to one product. A product that lacks an attribute
  isn't excluded by it, so that older and newer offer files are read alike; the product that agrees in most wins
- `unit`: unit of the catalogue. What an offer's unit is in it follows from the names (`scale_of`)
- `plus`: another key of the file whose price is added: AWS bills both together
- `pick`: ``dearest`` where several products of different price are meant by one row
- `everywhere`: the price is the same in every Region, and kept in the folder ``global``
- `absent`: why it is in no offer file; such a row is kept by hand

``{instanceType}`` in a key stands for that attribute of the product, ``{*}`` for what `*` stands for in its usage type.
Only on-demand terms are read; a first band that is free is left out, because allowances are the account's
(``cost/allowances.toml``).

Usage types, families and attributes as in the AWS Price List and on invoices: AWS user guides (CloudWatch, EFS and
Free Tier usage types), the product filters of infracost/infracost internal/resources/aws, public cost reports; 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

from cost.catalogue import GLOBAL, ROOT, read_toml
from cost.compute import price_file
from deployment.errors import InputError

PREFIX: Final = re.compile(r"^(?:EU|[A-Z]{3}\d{1,2}|[a-z]{2}(?:-[a-z]+)+-\d+)-")
"""What a usage type begins with outside its home Region: ``EUC1-``, ``EU-``; KMS spells the Region out."""

NOT_REGIONAL: Final = ("Local Zone", "Wavelength", "Outposts")
"""Places in a Region's file that aren't the Region (attribute `locationType`)."""

FIXED_REGIONS: Final = ("", "us-east-1", "global", "aws-global", "aws-other", "any")
"""`regionCode` of products whose price is the same everywhere."""

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What an attribute may be that becomes part of a key: an offer file comes from outside."""

_PART: Final = re.compile(r"\{(\w+|\*)\}")

SERVICE_OF_INSTANCES: Final = "ec2_*"
"""Instances of EC2 are spread over several price files by family."""


@dataclass(frozen=True, slots=True)
class Selector:
    """How the product of one price (or of a family of prices) is found."""

    service: str
    """Price file; `SERVICE_OF_INSTANCES` for that family."""
    key: str
    """Key of the price; with ``{attribute}`` a family."""
    unit: str
    """Unit of the catalogue."""
    offers: tuple[str, ...] = ()
    usage_types: tuple[str, ...] = ()
    wanted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Attribute of the product (``productFamily`` included) -> what it may be, `*` for anything."""
    plus: str = ""
    dearest: bool = False
    everywhere: bool = False
    absent: str = ""
    pattern: re.Pattern[str] = field(init=False, compare=False)
    """What keys look like that it covers."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(re.sub(r"\\\{(\w+|\\\*)\\\}", r".+", re.escape(self.key))))

    @property
    def name(self) -> str:
        """Service and key, for people."""
        return f"{self.service}/{self.key}"

    def covers(self, service: str, key: str) -> bool:
        """True when the price `key` of the file `service` is one of this selector's."""
        return fnmatchcase(service, self.service) and self.pattern.fullmatch(key) is not None

    def agreement(self, usage_type: str, attributes: Mapping[str, Any]) -> int | None:
        """In how many attributes a product agrees; None when it is another product.

        `usage_type` is without its prefix, `attributes` are the product's with its ``productFamily``.
        """
        fitting = [fnmatchcase(usage_type, pattern) for pattern in self.usage_types]
        if True not in fitting:
            return None
        agreed = (len(self.wanted) + 1) * (
            len(fitting) - fitting.index(True)
        )  # an earlier usage type is the better one
        for name, allowed in self.wanted:
            found = attributes.get(name)
            if found is None:
                continue
            if not any(fnmatchcase(str(found), each) for each in allowed):
                return None
            agreed += 1
        return agreed

    def place(self, attributes: Mapping[str, Any]) -> tuple[str, str] | None:
        """Price file and key of a product's price; None when an attribute that the key needs is missing."""
        key = self.key
        usage_type = bare(str(attributes.get("usagetype", "")))
        for name in _PART.findall(self.key):
            value = str(attributes.get(name) or "")
            if name == "*":
                value = usage_type.removeprefix(self.usage_types[0].partition("*")[0])
            elif name == "instanceType" and not value:  # older files have it in the usage type alone
                value = usage_type.rpartition(":")[2]
            if not NAME.fullmatch(value):
                return None
            key = key.replace(f"{{{name}}}", value)
        if self.service == SERVICE_OF_INSTANCES:
            system, _, kind = key.partition(".")
            return price_file(kind, system), key
        return self.service, key


@cache
def selectors() -> tuple[Selector, ...]:
    """Every row of ``prices/offers``. Raises InputError for a row that selects nothing and doesn't say why."""
    return tuple(_read())


@cache
def selector_of(service: str, key: str) -> Selector | None:
    """The selector of one price: of several that fit, the one that says most."""
    fitting = [each for each in selectors() if each.covers(service, key)]
    return max(fitting, key=lambda each: (each.service == service, len(_PART.sub("", each.key))), default=None)


def codes(*, region: str, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Offers that have prices of `region` (or of ``global``), those of `wanted` alone when it isn't empty."""
    found = {
        code
        for each in selectors()
        if each.everywhere == (region == GLOBAL)
        for code in each.offers
        if not wanted or code in wanted
    }
    return tuple(sorted(found))


def is_of(attributes: Mapping[str, Any], region: str) -> bool:
    """True when a product is sold in `region` itself, not in a place next to it."""
    if region == GLOBAL:
        return str(attributes.get("regionCode") or "").lower() in FIXED_REGIONS
    if any(each in str(attributes.get("locationType", "")) for each in NOT_REGIONAL):
        return False
    code = attributes.get("regionCode") or attributes.get("fromRegionCode")
    if code:
        return bool(code == region)
    location = attributes.get("location") or attributes.get("fromLocation")
    name = _names().get(region)
    return not location or name is None or str(location).replace("EU (", "Europe (") == name


def bare(usage_type: str) -> str:
    """A usage type without the prefix of its Region."""
    return PREFIX.sub("", usage_type)


def scale_of(offered: str, unit: str) -> Decimal:
    """How many units of an offer (``GiBps-mo``) make one single unit of the catalogue (``MBps-month``).

    Times and sizes count where both units name one: ``Keys`` of an offer are the catalogue's ``key-month``.
    """
    scale = Decimal(1)
    for measure in (_seconds, _kilobytes):
        ours, theirs = measure(unit), measure(offered)
        if ours and theirs:
            scale *= Decimal(ours) / theirs
    return scale


_SPELLED: Final = (
    (1, re.compile(r"(^|[^a-z])sec(ond)?s?$")),
    (3600, re.compile(r"(^|[^a-z])h(ou)?rs?$")),
    (730 * 3600, re.compile(r"(^|[^a-z])mo(nth)?s?$")),
)
_SIZE: Final = re.compile(r"(^|[^a-z])(?P<short>[kmgt])i?b(ps)?($|[^a-z])|^(?P<long>[kmgt])(ilo|ega|iga|era)bytes?$")


def _seconds(unit: str) -> int:
    """Seconds of the time in a unit; 0 where it has none. A month is 730 hours."""
    return next((seconds for seconds, pattern in _SPELLED if pattern.search(unit.lower())), 0)


def _kilobytes(unit: str) -> int:
    """Kilobytes of the size in a unit; 0 where it has none."""
    found = _SIZE.search(unit.lower())
    return 1024 ** "kmgt".index(found["short"] or found["long"]) if found else 0


def _read() -> Iterator[Selector]:
    for path in sorted((ROOT / "offers").glob("*.toml")):
        document = read_toml(path)
        for key, row in document["prices"].items():
            read = Selector(
                service=document.get("service", path.stem),
                key=key,
                unit=row["unit"],
                offers=_several(row.get("offer", document.get("offer", ()))),
                usage_types=_several(row.get("usage_type", ())),
                wanted=tuple((name, _several(value)) for name, value in _wanted(row)),
                plus=row.get("plus", ""),
                dearest=row.get("pick") == "dearest",
                everywhere=row.get("everywhere", False),
                absent=row.get("absent", ""),
            )
            if not read.absent and not (read.offers and read.usage_types):
                raise InputError(f"{path} [prices.{key}]: needs offer and usage_type, or absent with the reason")
            yield (
                read
                if not read.absent
                else Selector(read.service, read.key, read.unit, everywhere=read.everywhere, absent=read.absent)
            )


def _wanted(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "family" in row:
        yield "productFamily", row["family"]
    if "operation" in row:
        yield "operation", row["operation"]
    yield from row.get("attributes", {}).items()


def _several(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@cache
def _names() -> Mapping[str, str]:
    """Region -> its name, as the location of products that have no code yet (offer files before 2021)."""
    from botocore.session import Session

    return {
        code: region["description"]
        for partition in Session().get_data("endpoints")["partitions"]
        for code, region in partition["regions"].items()
    }
