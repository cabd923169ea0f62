"""A file system of fsspec, with its faults in words: what `./plant audit` and `./plant actual` read buckets by."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from deployment.errors import InputError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


def file_system(
    protocol: str, package: str, shown: tuple[str, str], hint: str = "", **options: Any
) -> AbstractFileSystem:
    """fsspec's file system for `protocol`, which `package` brings.

    `shown` is the address and the scheme that people gave; `hint` is another way, said where the package is missing.
    Raises InputError where it can't be opened: no package, wrong options, no credentials.
    """
    import fsspec

    address, scheme = shown
    try:
        with warnings.catch_warnings(category=FutureWarning, action="ignore"):  # about years to come, at each import
            found: AbstractFileSystem = fsspec.filesystem(protocol, **options)
    except ImportError as error:
        raise InputError(
            # By its own name it would bring a protobuf that Pulumi's packages refuse.
            f"{address}: {scheme}:// needs the package {package}, which isn't installed here: "
            f".venv/bin/python -m pip install -e '.[backends]'{hint}"
        ) from error
    except Exception as error:  # each cloud's library has errors of its own
        raise InputError(f"{address}: can't be opened: {why(error)}") from error
    return found


def why(error: BaseException) -> str:
    """What an error of a storage library says, on one line."""
    reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__
