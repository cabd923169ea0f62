"""Buckets and folders by fsspec, opened by the URLs that `pulumi login` takes.

A backend's URL is Go Cloud's (https://gocloud.dev/howto/blob/, read 2026-11-27): the bucket, a prefix, and parameters
such as ``region`` and ``endpoint``. Credentials come from where the cloud's own tools take them.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from deployment.errors import InputError, TooLargeError
from deployment.source import all_of, limit_bytes
from workbench.audit.location import Location
from workbench.file_systems import file_system, why

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


@dataclass(frozen=True, slots=True)
class Scheme:
    """How URLs of one kind are opened."""

    protocol: str
    """fsspec's name for it."""
    package: str
    """What has to be installed for it."""
    options: Callable[[Mapping[str, str]], dict[str, Any]]
    """Parameters of the URL -> arguments of fsspec's class."""
    marks: tuple[str, ...]
    """Entries of a listing that change with the content."""


def opened(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system that `url` names, and the path below which it means. Raises InputError."""
    parts = urlsplit(url)
    scheme = SCHEMES.get(parts.scheme)
    if scheme is None:
        raise InputError(f"{url}: no such kind of storage; allowed: {', '.join(f'{name}://' for name in SCHEMES)}")
    if parts.scheme == "file":
        return _filesystem(url), str(_local(parts.netloc + unquote(parts.path)))
    if not parts.netloc:
        raise InputError(f"{told(url)}: names no bucket; give e.g. {parts.scheme}://bucket/prefix")
    path = "/".join(part for part in (parts.netloc.rpartition("@")[2], unquote(parts.path).strip("/")) if part)
    filesystem = _filesystem(url)
    return filesystem, filesystem._strip_protocol(path)


def told(url: str) -> str:
    """`url` for people: without parameters and user, which may hold credentials."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def marks(url: str) -> tuple[str, ...]:
    """Entries of a listing of `url` that change with the content; none where only reading tells."""
    return SCHEMES[urlsplit(url).scheme].marks


def read(location: Location) -> bytes:
    """Content of `location`, as it is stored. Raises InputError when it can't be had, or is over the limit."""
    most = limit_bytes()
    if location.size is not None and location.size > most:
        raise TooLargeError(f"{location.source}: larger than {most // 1_000_000:,} MB: {location.size:,} bytes")
    filesystem, _ = opened(location.root)
    try:
        with filesystem.open(location.path, "rb", **NO_READ_AHEAD) as file:
            return all_of(file, location.source)
    except InputError:
        raise
    except Exception as error:  # each cloud's library has errors of its own
        raise InputError(f"{location.source}: can't be read: {why(error)}") from error


NO_READ_AHEAD: Final = {"cache_type": "all"}
"""A state is read whole, in one request."""


@lru_cache(maxsize=32)
def _filesystem(url: str) -> AbstractFileSystem:
    parts = urlsplit(url)
    scheme = SCHEMES[parts.scheme]
    return file_system(
        scheme.protocol,
        scheme.package,
        (told(url), parts.scheme),
        " (or all of them: pip install '.[backends]')",
        use_listings_cache=False,
        **scheme.options(dict(parse_qsl(parts.query))),
    )


def _local(path: str) -> Path:
    """The folder that ``file://`` means: ``~`` and relative paths as the CLI takes them."""
    return Path(path or "/").expanduser().absolute()


def _s3(given: Mapping[str, str]) -> dict[str, Any]:
    client: dict[str, Any] = {}
    if region := given.get("region"):
        client["region_name"] = region
    options: dict[str, Any] = {"client_kwargs": client}
    if endpoint := given.get("endpoint"):
        plain = _is_true(given.get("disableSSL", "")) or _is_true(given.get("disable_https", ""))
        if "://" not in endpoint:
            endpoint = f"{'http' if plain else 'https'}://{endpoint}"
        options["endpoint_url"] = endpoint
    if _is_true(given.get("s3ForcePathStyle", "")) or _is_true(given.get("use_path_style", "")):
        options["config_kwargs"] = {"s3": {"addressing_style": "path"}}
    if profile := given.get("profile"):
        options["profile"] = profile
    return options


def _azure(given: Mapping[str, str]) -> dict[str, Any]:
    """The account and its keys, from the URL or from the variables that Pulumi reads."""
    options = {
        "account_name": given.get("storage_account") or os.environ.get("AZURE_STORAGE_ACCOUNT"),
        "account_key": os.environ.get("AZURE_STORAGE_KEY"),
        "sas_token": os.environ.get("AZURE_STORAGE_SAS_TOKEN"),
    }
    return {"anon": False, **{name: value for name, value in options.items() if value}}


def _is_true(text: str) -> bool:
    return text.lower() in {"1", "true", "yes"}


SCHEMES: Final[Mapping[str, Scheme]] = {
    "file": Scheme("file", "fsspec", lambda given: {}, ()),
    "s3": Scheme("s3", "s3fs", _s3, ("ETag",)),
    "gs": Scheme("gs", "gcsfs", lambda given: {}, ("etag", "md5Hash", "generation")),
    "azblob": Scheme("abfs", "adlfs", _azure, ("etag",)),
}
"""The schemes of Pulumi's own backends (pulumi/pulumi pkg/backend/diy, 3.260)."""

UNPACKING_ERRORS: Final = (OSError, EOFError, zlib.error)
"""What unpacking a damaged file raises."""
