"""Buckets and folders by fsspec, opened by the URLs that `pulumi login` takes.

A backend's URL is Go Cloud's (https://gocloud.dev/howto/blob/, read 2026-11-27): the bucket, a prefix, and parameters
such as ``region`` and ``endpoint``. Credentials come from where the cloud's own tools take them.
"""

from __future__ import annotations

import json
import os
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


def _google(given: Mapping[str, str]) -> dict[str, Any]:
    """Credentials in the order that Pulumi takes them (pkg/authhelpers/gcpauth.go); none: Google's own defaults."""
    # What the CLI uses, too, is the JSON API; with this, gcsfs would ask another one for the kind of bucket first.
    os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
    if _is_true(given.get("anonymous", "")):
        return {"token": "anon"}
    try:
        import google.auth
        from google.oauth2.credentials import Credentials
    except ImportError:
        return {}  # gcsfs is absent, too, which is told by whoever opens it
    if key := os.environ.get("GOOGLE_CREDENTIALS"):
        try:
            return {"token": google.auth.load_credentials_from_dict(json.loads(key), scopes=[READING])[0]}
        except Exception as error:  # what it says may show the key
            said = type(error).__name__
            raise InputError(f"GOOGLE_CREDENTIALS: not the content of a key file, as for the CLI ({said})") from None
    if token := os.environ.get("GOOGLE_OAUTH_ACCESS_TOKEN"):
        return {"token": Credentials(token)}
    return {}


READING: Final = "https://www.googleapis.com/auth/devstorage.read_only"


def _azure(given: Mapping[str, str]) -> dict[str, Any]:
    """Account, place and keys, from the URL or from the variables that Pulumi reads (gocloud.dev blob/azureblob)."""

    def of(parameter: str, variable: str) -> str:
        return given.get(parameter) or os.environ.get(f"AZURE_STORAGE_{variable}", "")

    account, key, signature = of("storage_account", "ACCOUNT"), of("", "KEY"), of("", "SAS_TOKEN")
    connection = of("", "CONNECTION_STRING") or os.environ.get("AZURE_STORAGEBLOB_CONNECTIONSTRING", "")
    domain = of("domain", "DOMAIN") or "blob.core.windows.net"
    if domain.startswith(("127.0.0.1", "localhost")) or _is_true(of("localemu", "IS_LOCAL_EMULATOR")):
        place = f"{domain}/{account}"
    else:
        place = domain if _is_true(of("cdn", "IS_CDN")) else f"{account}.{domain}"
    there = f"BlobEndpoint={of('protocol', 'PROTOCOL') or 'https'}://{place}"
    # adlfs takes a connection string before everything else, its variable included; the CLI takes it last.
    if account and key:
        return {"anon": False, "connection_string": f"{there};AccountName={account};AccountKey={key}"}
    if account and signature:
        return {"anon": False, "connection_string": f"{there};SharedAccessSignature={signature.removeprefix('?')}"}
    if connection:
        return {"anon": False, "connection_string": connection}
    if not account:
        raise InputError("azblob://: names no account; set AZURE_STORAGE_ACCOUNT, or add ?storage_account=NAME")
    return {"anon": False, "account_name": account, "account_host": place}


def _is_true(text: str) -> bool:
    return text.lower() in {"1", "t", "true", "yes"}


SCHEMES: Final[Mapping[str, Scheme]] = {
    "file": Scheme("file", "fsspec", lambda given: {}, ()),
    "s3": Scheme("s3", "s3fs", _s3, ("ETag",)),
    "gs": Scheme("gs", "gcsfs", _google, ("etag", "md5Hash", "generation")),
    "azblob": Scheme("abfs", "adlfs", _azure, ("etag",)),
}
"""The schemes of Pulumi's own backends (pulumi/pulumi pkg/backend/diy, 3.260)."""
