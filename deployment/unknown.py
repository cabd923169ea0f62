"""Values of a deployment that can't be read: not known yet, or secret."""

from __future__ import annotations

from typing import Final


class Sentinel:
    """A value that stands for one that can't be read; compares by identity and is false."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return self._name


UNKNOWN: Final = Sentinel("UNKNOWN")
"""A value that only the deployment will know (an output, during preview). It is neither pass nor zero."""

SECRET: Final = Sentinel("SECRET")
"""A value that the state holds encrypted. It exists, and its content must not be read."""
