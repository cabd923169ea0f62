"""Reads an AWS Price List offer file in one pass, whatever its size: only the products asked for are kept.

Format: AWS Price List bulk API, ``formatVersion`` v1.0 (AWS Billing user guide, "Reading the service price list
files", 2026-11): ``products`` by SKU with their attributes, then ``terms.OnDemand`` by SKU with price dimensions,
then ``terms.Reserved``, the longest part, which isn't read.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any, Final, TypeAlias, cast

from deployment.errors import SHAPE_ERRORS, InputError, first_line
from deployment.source import UNPACKING_ERRORS
from workbench.cost.selectors import Selector, bare, is_of

BUFFER_BYTES: Final = 1 << 18
GZIP: Final = b"\x1f\x8b"
HEADER: Final = frozenset(("offerCode", "version", "publicationDate"))

MOST_EVENTS: Final = 20_000
"""JSON tokens of one product or of one product's terms; real ones have a few hundred."""

MOST_PRODUCTS: Final = 200_000
"""Products that are kept of one file; the file of EC2 in us-east-1 has about 3,000 that are asked for."""

Tiers: TypeAlias = tuple[tuple[Decimal | None, Decimal], ...]
"""(end of the band in units of the offer, None for the last; US dollars for one unit)."""


@dataclass(frozen=True, slots=True)
class OfferedPrice:
    """What an offer file says for one price of the catalogue."""

    selector: Selector
    service: str
    """Price file that it belongs in."""
    key: str
    unit: str
    """Unit of the offer, e.g. ``Hrs`` or ``GiBps-mo``."""
    tiers: Tiers
    sku: str
    """Product that it was read from."""


@dataclass(frozen=True, slots=True)
class Header:
    """What an offer file says of itself."""

    code: str
    version: str = ""
    publication_date: str = ""
    """ISO, as in the file."""


@dataclass(frozen=True, slots=True)
class OfferFile:
    """What was read from one offer file."""

    header: Header
    prices: tuple[OfferedPrice, ...]
    ambiguous: Mapping[str, str] = field(default_factory=dict)
    """Service and key of prices for which products of different price fit -> which."""

    @property
    def code(self) -> str:
        """Service code of the offer."""
        return self.header.code


def read_offer_file(path: Path, region: str, chosen: Sequence[Selector]) -> OfferFile:
    """On-demand prices of `region` that `chosen` select in the offer file at `path`.

    Raises InputError when it isn't an offer file, or a price that is asked for isn't in US dollars.
    """
    header = read_header(path)
    with opened(path) as file, _explained(path):
        return _read(file, header, region, [each for each in chosen if header.code in each.offers])


def read_header(path: Path) -> Header:
    """Offer, version and date of the offer file at `path`. Raises InputError.

    Real files begin with them; one that was written anew, with its keys sorted, is read as far as its last.
    """
    with opened(path) as file, _explained(path):
        return _header_in(file)


def _header_in(file: IO[bytes]) -> Header:
    import ijson

    # Prices are text there. use_float: ijson 3.6.0 goes on with an error set where Python reads no number so long.
    depth, key = 0, ""
    header: dict[str, str] = {}
    for event, value in ijson.basic_parse(file, buf_size=BUFFER_BYTES, use_float=True):
        if event in ("start_map", "start_array"):
            depth += 1
        elif event in ("end_map", "end_array"):
            depth -= 1
        elif depth == 1 and event == "map_key":
            key = str(value)
        elif depth == 1:
            header[key] = str(value)
            if HEADER.issubset(header):
                break
    if not header.get("offerCode"):
        raise InputError("no offerCode")
    return Header(header["offerCode"], header.get("version", ""), header.get("publicationDate", ""))


def _read(file: IO[bytes], header: Header, region: str, chosen: Sequence[Selector]) -> OfferFile:
    wanted: dict[str, list[_Match]] = {}
    found: dict[tuple[str, str], list[tuple[int, OfferedPrice]]] = defaultdict(list)
    for section, sku, value in _sections(file, wanted) if chosen else ():
        if section == "products":
            if matches := list(_matches(chosen, value, region)):
                wanted[sku] = matches
                if len(wanted) > MOST_PRODUCTS:
                    raise InputError(f"more than {MOST_PRODUCTS:,} products fit")
        elif (offered := _on_demand(value)) is not None:
            for match in wanted[sku]:
                price = OfferedPrice(match.selector, match.service, match.key, *offered, sku)
                found[match.service, match.key].append((match.agreement, price))
    return _settled(header, found)


@dataclass(frozen=True, slots=True)
class _Match:
    """A product that may be what a selector means."""

    selector: Selector
    service: str
    key: str
    agreement: int


def _matches(chosen: Iterable[Selector], product: Mapping[str, Any], region: str) -> Iterator[_Match]:
    attributes = {**(product.get("attributes") or {})}
    if product.get("productFamily"):
        attributes["productFamily"] = product["productFamily"]
    if not is_of(attributes, region):
        return
    usage_type = bare(str(attributes.get("usagetype", "")))
    for selector in chosen:
        agreement = selector.agreement(usage_type, attributes)
        if agreement is not None and (place := selector.place(attributes)) is not None:
            yield _Match(selector, *place, agreement)


def _on_demand(terms: Mapping[str, Any]) -> tuple[str, Tiers] | None:
    """Unit and bands of the on-demand term that is in force; None where there is only a reserved one."""
    regular = [term for term in terms.values() if not (term.get("termAttributes") or {}).get("LeaseContractLength")]
    if not regular:
        return None
    term = max(regular, key=lambda each: str(each.get("effectiveDate", "")))
    bands = []
    unit = ""
    for dimension in (term.get("priceDimensions") or {}).values():
        end = str(dimension.get("endRange", "Inf"))
        begin = Decimal(str(dimension.get("beginRange", "0")))
        usd = Decimal(str((dimension.get("pricePerUnit") or {}).get("USD", "NaN")))
        if not usd.is_finite() or usd < 0:
            raise TypeError("a price dimension without US dollars")
        unit = str(dimension.get("unit", ""))
        bands.append((begin, None if end == "Inf" else Decimal(end), usd))
    if not bands:
        return None
    bands.sort(key=lambda band: band[0])
    tiers: list[tuple[Decimal | None, Decimal]] = []
    for _, end_of_band, usd in bands:
        if tiers and tiers[-1][1] == usd:
            tiers.pop()  # two bands of one price are one
        tiers.append((end_of_band, usd))
    tiers[-1] = (None, tiers[-1][1])
    return unit, tuple(tiers)


def _settled(header: Header, found: Mapping[tuple[str, str], list[tuple[int, OfferedPrice]]]) -> OfferFile:
    """One price a key: that of the product which agrees in most, the dearest where a row means several."""
    prices, ambiguous = [], {}
    for (service, key), candidates in sorted(found.items()):
        most = max(agreement for agreement, _ in candidates)
        best = [price for agreement, price in candidates if agreement == most]
        charged = [price for price in best if any(usd for _, usd in price.tiers)] or best
        charged.sort(key=lambda price: (-price.tiers[0][1], price.sku))
        if len({price.tiers for price in charged}) > 1 and not charged[0].selector.dearest:
            skus = ", ".join(sorted(price.sku for price in charged)[:3])
            ambiguous[f"{service}/{key}"] = f"{len(charged)} products with different prices fit ({skus})"
        else:
            prices.append(charged[0])
    return OfferFile(header, tuple(prices), ambiguous)


def _sections(file: IO[bytes], wanted: Iterable[str]) -> Iterator[tuple[str, str, Any]]:
    """Products, then the on-demand terms of SKUs that are in `wanted` by then.

    What isn't wanted is passed over without being built, and reading ends with the on-demand terms.
    """
    import ijson
    from ijson.common import ObjectBuilder

    depth, base, events_left = 0, 0, 0
    keys = [""] * 4
    builder: Any = None
    for event, value in ijson.basic_parse(file, buf_size=BUFFER_BYTES, use_float=True):
        if event in ("start_map", "start_array"):
            depth += 1
            if builder is None and (
                (depth == 3 and keys[1] == "products")
                or (depth == 4 and keys[1] == "terms" and keys[2] == "OnDemand" and keys[3] in wanted)
            ):
                builder, base, events_left = ObjectBuilder(), depth - 1, MOST_EVENTS
        elif event in ("end_map", "end_array"):
            depth -= 1
            if builder is None and depth == 2 and keys[1] == "terms" and keys[2] == "OnDemand":
                return
        elif event == "map_key" and builder is None and 0 < depth < 4:
            keys[depth] = value
        if builder is not None:
            builder.event(event, value)
            events_left -= 1
            if depth == base:
                yield keys[1], keys[depth], builder.value
                builder = None
            elif not events_left:
                raise InputError(f"{keys[1]} {keys[base]}: larger than any product")


def opened(path: Path) -> IO[bytes]:
    """The file at `path` for reading, unpacked where it is compressed, behind the mark of its byte order where it has
    one: downloads keep what a server or a tool made of them. Raises InputError."""
    try:
        file = path.open("rb")
        unpacked: IO[bytes] = cast(IO[bytes], GzipFile(fileobj=file)) if file.read(2) == GZIP else file
        file.seek(0)
        if unpacked.read(len(BOM_UTF8)) != BOM_UTF8:
            unpacked.seek(0)
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: can't be read: {getattr(error, 'strerror', None) or error}") from error
    return unpacked


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns what a broken file raises into an InputError that names it."""
    import ijson

    wrong = (ijson.JSONError, *SHAPE_ERRORS, *UNPACKING_ERRORS, InputError)
    try:
        yield
    except wrong as error:
        raise InputError(f"{path}: not an AWS Price List offer file: {first_line(error)}") from error
