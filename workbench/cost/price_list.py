"""Where offer files of the AWS Price List come from: a folder that holds them, or AWS (or a mirror) by HTTPS.

The bulk API needs no credentials (AWS Billing user guide, "Getting price list files manually", 2026-11): the offer
index ``/offers/v1.0/aws/index.json`` names each service's Region index, this one the current file of each Region,
whose address has its version. A file that isn't of the version that its index names is refused.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from gzip import BadGzipFile
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, Final, Protocol
from urllib.parse import urlsplit

from cost.catalogue import GLOBAL
from deployment.errors import InputError, why_not_json
from workbench.cost.offer_file import Header, opened, read_header

AWS: Final = "https://pricing.us-east-1.amazonaws.com"
INDEX: Final = "/offers/v1.0/aws/index.json"

TIMEOUT_SECONDS: Final = 60
TRIES: Final = 5
"""Connections in a row that may break before a download is given up; what has arrived is kept."""

CHUNK_BYTES: Final = 1 << 20
MOST_INDEX_BYTES: Final = 32 << 20
ENDINGS: Final = (".json", ".json.gz")
MOST_FILES: Final = 20_000
"""Files of a folder that are looked at."""

EVERYWHERE: Final = ("aws-other", "aws-global", "global", "us-east-1")
"""Names that Region indexes give to what belongs to no Region, in the order in which they are tried."""


_REGION: Final = re.compile(r"(?<![a-z])[a-z]{2}(?:-[a-z]+)+-\d")
"""A Region in the path of a file."""


class Missing(Exception):  # noqa: N818 - it names the fact
    """The Price List has no (usable) file for an offer in a Region; the message says why, for people."""


class PriceList(Protocol):
    """Something that has offer files."""

    def files(self, code: str, region: str) -> Sequence[Path]:
        """Current files of the offer `code` that may have `region`, the newest first. Raises Missing."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One offer file of a folder."""

    header: Header
    path: Path


class File:
    """One offer file that somebody has downloaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self, code: str, region: str) -> Sequence[Path]:
        """The file, whatever is asked for."""
        return [self.path]


class Folder:
    """Offer files that somebody has downloaded, in any layout: files are known by their content.

    Indexes beside them are believed: a file that isn't of the version that the Region index names isn't used.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def files(self, code: str, region: str) -> Sequence[Path]:
        """Files of the offer that aren't named after another Region; of the version in the index, if there is one."""
        offers, indexes = self._content
        found = offers.get(code, [])
        entry = _entry(indexes.get(code), region)
        if not found:
            raise Missing("no such file in the folder")
        if (named := version_in(entry)) is not None:
            versions = sorted({each.header.version for each in found})
            found = [each for each in found if each.header.version == named]
            if not found:
                raise Missing(f"the file is of version {', '.join(versions)}, its index names {named}")
        named_after = {each.path: _REGION.findall(str(each.path.relative_to(self.root))) for each in found}
        usable = [each for each in found if not named_after[each.path] or region in named_after[each.path]]
        if not usable and region != GLOBAL:
            raise Missing(f"the folder has it for other Regions, not for {region}")
        newest_first = sorted(
            usable or found,
            key=lambda each: (each.header.publication_date, each.header.version, str(each.path)),
            reverse=True,
        )
        return [each.path for each in newest_first]

    @cached_property
    def _content(self) -> tuple[Mapping[str, list[_Found]], Mapping[str, Any]]:
        """Offer files by code, and Region indexes by code. Raises InputError when there are none."""
        offers: dict[str, list[_Found]] = defaultdict(list)
        indexes: dict[str, Any] = {}
        paths = sorted(path for path in self.root.rglob("*.json*") if path.name.endswith(ENDINGS))[:MOST_FILES]
        for path in paths:
            kind = _kind(path)
            if kind == "products":
                header = read_header(path)
                offers[header.code].append(_Found(header, path))
            elif kind == "regions":
                with opened(path) as file:
                    document = _index(file.read(MOST_INDEX_BYTES + 1), str(path))
                code = document.get("offerCode") or _code_in(document)
                if isinstance(code, str):
                    indexes[code] = document
        if not offers:
            raise InputError(
                f"{self.root}: no offer file of the AWS Price List among its {len(paths)} .json files; "
                "one begins with formatVersion, offerCode, version and publicationDate"
            )
        return offers, indexes


class Mirror:
    """AWS's bulk API, or a copy of it. Files are kept in `cache` until `clear`, and a download goes on where it
    stopped."""

    def __init__(self, base: str, cache: Path) -> None:
        self.base = base.rstrip("/")
        self.cache = cache

    def files(self, code: str, region: str) -> Sequence[Path]:
        """The current file of the offer for the Region, downloaded unless it has been already."""
        offer = self._offers.get(code)
        if not isinstance(offer, dict):
            raise Missing("the Price List has no such offer")
        index = self._json(str(offer.get("currentRegionIndexUrl", "")))
        address = _address(_entry(index, region))
        path = self.cache / address.lstrip("/")
        if not path.exists():
            self._download(address, path)
        header, named = read_header(path), version_in(address)
        if header.code != code or named not in (None, header.version):
            path.unlink()
            raise Missing(f"the file is {header.code} of version {header.version}, its index names {named}")
        return [path]

    def clear(self) -> None:
        """Forget the files that were downloaded."""
        for path in sorted(self.cache.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    @cached_property
    def _offers(self) -> Mapping[str, Any]:
        found = self._json(INDEX).get("offers")
        if not isinstance(found, dict):
            raise InputError(f"{self.base}{INDEX}: not the index of the AWS Price List: no offers")
        return found

    def _json(self, address: str) -> dict[str, Any]:
        with self._open(_safe(address), 0, "") as answer:
            return _index(answer.read(MOST_INDEX_BYTES + 1), f"{self.base}{address}")

    def _download(self, address: str, path: Path) -> None:
        """Fetch `address` into `path`. Raises InputError when the connection breaks too often."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part, mark = path.with_suffix(".part"), path.with_suffix(".etag")
        broken: Exception | None = None
        for _ in range(TRIES):
            done = part.stat().st_size if part.exists() else 0
            try:
                with self._open(address, done, mark.read_text() if mark.exists() else "") as answer:
                    mark.write_text(answer.headers.get("ETag") or "")
                    whole = _whole(answer, done)
                    with part.open("ab" if answer.status == 206 else "wb") as file:
                        while chunk := answer.read(CHUNK_BYTES):
                            file.write(chunk)
            except (OSError, HTTPException) as error:
                broken = error
                continue
            if whole in (None, part.stat().st_size):
                part.replace(path)
                mark.unlink(missing_ok=True)
                return
        arrived = part.stat().st_size if part.exists() else 0
        raise InputError(
            f"{self.base}{address}: the connection broke {TRIES} times ({broken or 'it ended early'}); "
            f"{arrived / 1e6:.0f} MB have arrived and are kept: run the command again, it goes on from there"
        )

    def _open(self, address: str, done: int, mark: str) -> Any:
        headers = {"Accept-Encoding": "identity"}
        if done:
            headers["Range"] = f"bytes={done}-"
            if mark:
                headers["If-Range"] = mark
        request = urllib.request.Request(self.base + address, headers=headers)  # noqa: S310 - https, checked by the caller
        try:
            return urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310 - the same
        except urllib.error.HTTPError as error:
            if done:  # the file has changed, or the server doesn't continue files: start again
                (self.cache / address.lstrip("/")).with_suffix(".part").unlink(missing_ok=True)
                raise OSError(f"the server answers {error.code} {error.reason}") from error
            raise InputError(f"{self.base}{address}: the server answers {error.code} {error.reason}") from error
        except OSError as error:
            if done:
                raise
            reason = getattr(error, "reason", error)
            raise InputError(
                f"{self.base}{address}: can't be fetched ({reason}). Without a network: download the files elsewhere "
                "and give their folder with --from"
            ) from error


def version_in(address: str | None) -> str | None:
    """The version that the address of an offer file names: 14 digits between slashes."""
    found = re.search(r"/(\d{14})/", address or "")
    return found[1] if found else None


def _entry(index: Any, region: str) -> str:
    """Address of the file of `region` in a Region index; "" without an index. Raises Missing."""
    if index is None:
        return ""
    regions = index.get("regions")
    if not isinstance(regions, dict):
        raise Missing("its Region index names no Regions")
    for name in EVERYWHERE if region == GLOBAL else (region,):
        if isinstance(entry := regions.get(name), dict):
            return str(entry.get("currentVersionUrl", ""))
    where = "outside Regions" if region == GLOBAL else f"in {region}"
    raise Missing(f"not sold {where}, says its Region index of {str(index.get('publicationDate', ''))[:10]}")


def _address(address: str) -> str:
    try:
        return _safe(address)
    except InputError as error:
        raise Missing(str(error)) from error


def _safe(address: str) -> str:
    """`address` if it is one below the server. Raises InputError for others: an index comes from outside."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or ".." in address.split("/"):
        raise InputError(f"an index of the Price List names an unexpected address: {address!r}")
    return address


def _whole(answer: Any, done: int) -> int | None:
    """Bytes of the whole file; None when the server doesn't say."""
    length = answer.headers.get("Content-Length")
    if length is None or not str(length).isdecimal():
        return None
    return int(length) + (done if answer.status == 206 else 0)


def _index(content: bytes, source: str) -> dict[str, Any]:
    if len(content) > MOST_INDEX_BYTES:
        raise InputError(f"{source}: larger than {MOST_INDEX_BYTES:,} bytes; an index is a few megabytes")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source}: not an index of the AWS Price List: {why_not_json(error)}") from error
    if not isinstance(document, dict):
        raise InputError(f"{source}: not an index of the AWS Price List: not an object")
    return document


def _code_in(document: Mapping[str, Any]) -> str | None:
    """The offer that the addresses of a Region index are of."""
    regions = document.get("regions")
    for entry in regions.values() if isinstance(regions, dict) else ():
        address = entry.get("currentVersionUrl", "") if isinstance(entry, dict) else ""
        found = re.match(r"/offers/v1\.0/aws/(\w+)/", str(address))
        return found[1] if found else None
    return None


def _kind(path: Path) -> str:
    """``products`` for an offer file, ``regions`` for a Region index, else "": by what it holds."""
    import ijson

    try:
        with opened(path) as file:
            return _first_of(("products", "regions", "offers"), file)
    except (ijson.JSONError, ValueError, EOFError, zlib.error, BadGzipFile):
        return ""


def _first_of(names: Sequence[str], file: IO[bytes]) -> str:
    import ijson

    depth, key = 0, ""
    for event, value in ijson.basic_parse(file, buf_size=1 << 14, use_float=True):
        if event == "map_key":
            key = str(value)
        elif event in ("start_map", "start_array"):
            depth += 1
            if depth == 2 and key in names:
                return key
        elif event in ("end_map", "end_array"):
            depth -= 1
    return ""
