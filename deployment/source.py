"""Bytes of a file from outside: whole, unpacked, and no more of them than are wanted."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from pathlib import Path
from typing import Final, Protocol

from deployment.errors import InputError, TooLargeError
from deployment.urn import plain

LIMIT_VARIABLE: Final = "PLANT_MAX_FILE_MB"
"""Environment variable that holds another limit than DEFAULT_LIMIT_MB."""

DEFAULT_LIMIT_MB: Final = 100
"""Megabytes (a million bytes each). 100,000 resources of this stack's kind stay below."""

GZIP: Final = b"\x1f\x8b"
"""First bytes of a gzip file; Pulumi's own backends write state so where PULUMI_DIY_BACKEND_GZIP is set."""

ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
"""First bytes of a zstd frame (RFC 8878); Pulumi's own backends write it where PULUMI_DIY_BACKEND_ZSTD is set."""

OTHER_PACKINGS: Final = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"\x04\x22\x4d\x18": "lz4",
    b"7z\xbc\xaf\x27\x1c": "7z",
}
"""First bytes of what is packed in ways that Pulumi never writes -> how it is called."""
TAR_PLACE: Final = 257
TAR: Final = b"ustar"
"""What an archive of tar (POSIX pax) has at TAR_PLACE."""

UNPACKING_ERRORS: Final = (OSError, EOFError, zlib.error)
"""What unpacking a damaged file raises."""

MOST_WRITTEN_BYTES: Final = 1_000_000
"""Of a file that people write by hand; a larger one is a mistake."""


class Readable(Protocol):
    """Whatever bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        ...


def read_bytes(path: str) -> bytes:
    """What is in the file `path`, unpacked where it is gzip or zstd; ``-`` is standard input.

    Raises InputError when it can't be read, or is larger than the limit, packed or unpacked.
    """
    try:
        if path == "-":
            return unpacked(all_of(sys.stdin.buffer, "standard input"), "standard input")
        with Path(path).open("rb") as file:
            return unpacked(all_of(file, path), path)
    except (*UNPACKING_ERRORS, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{plain(path)}: can't be read: {reason}") from error


def written_text(path: Path, form: str) -> str:
    """Text of `path`, which people write by hand in the `form`, e.g. YAML. Raises InputError where it is none."""
    try:
        with path.open("rb") as file:  # a device or pipe, too, and no more of it than is wanted
            content = file.read(MOST_WRITTEN_BYTES + 1)
        if len(content) > MOST_WRITTEN_BYTES:
            raise InputError(f"{path}: larger than {MOST_WRITTEN_BYTES:,} bytes; nobody writes so much {form} by hand")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: not readable as {form}: line {line}: it is no text in UTF-8") from error


def limit_bytes() -> int:
    """The most bytes that a file may have. Raises InputError when the variable holds no number of 1 or more."""
    given = os.environ.get(LIMIT_VARIABLE, "")
    if given and not (given.isascii() and given.isdigit() and int(given) > 0):
        raise InputError(f"{LIMIT_VARIABLE}={plain(given)}: must be megabytes, a whole number of 1 or more")
    return int(given or DEFAULT_LIMIT_MB) * 1_000_000


def unpacked(content: bytes, source: str) -> bytes:
    """`content`, unpacked where it is gzip or zstd.

    Raises TooLargeError for more than the limit, one of UNPACKING_ERRORS for what is damaged, and InputError where the
    package that unpacks zstd is absent, or it is packed in a way that is not read.
    """
    if content.startswith(GZIP):
        with gzip.open(io.BytesIO(content)) as file:
            content = all_of(file, source)
    elif content.startswith(ZSTANDARD):
        content = _zstandard(content, source)
    packing = next((name for start, name in OTHER_PACKINGS.items() if content.startswith(start)), "")
    if content.startswith(TAR, TAR_PLACE):
        packing = "tar"
    if packing:
        raise InputError(f"{plain(source)}: packed with {packing}; unpack it first: only gzip and zstd are read packed")
    return content


def _zstandard(content: bytes, source: str) -> bytes:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError as error:
        raise InputError(
            f"{plain(source)}: packed with zstd, which needs the package backports.zstd: pip install backports.zstd"
        ) from error
    try:
        with zstd.open(io.BytesIO(content)) as file:
            return all_of(file, source)
    except zstd.ZstdError as error:
        raise OSError(f"damaged zstd: {error}") from error


def all_of(file: Readable, source: str) -> bytes:
    """All bytes of `file`, which `source` names in errors. Raises TooLargeError when they are more than the limit."""
    most = limit_bytes()
    content = file.read(most + 1)
    if len(content) > most:
        raise TooLargeError(
            f"{plain(source)}: larger than {most // 1_000_000:,} MB; is it a Pulumi deployment? "
            f"{LIMIT_VARIABLE} sets another limit"
        )
    return content
