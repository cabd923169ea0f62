"""Values of a deployment that can't be read: not known yet, or secret; and who came across one."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from typing import Final, TypeAlias


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

Met: TypeAlias = dict[tuple[str, str], Sentinel]
"""(URN, path) -> what was found there; both may be empty, where only a part of a property was looked at."""


class Watch:
    """What some code asked for and could not read."""

    def __init__(self) -> None:
        self.met: Met = {}
        self.about = ""
        """URN of the resource that the code is about, for what is met in a part that does not know its resource."""
        self.told: dict[int, object] = {}
        """Collections that were met as a whole, by their identity; kept, so that no other gets it."""


_WATCH: Final[ContextVar[Watch | None]] = ContextVar("watch", default=None)


class Watching:
    """A watch over the code inside; thousands are made, and as a generator each would take twice as long."""

    def __init__(self, off: bool) -> None:
        self._off = off

    def __enter__(self) -> Watch:
        watch = Watch()
        self._before = _WATCH.set(None if self._off else watch)
        return watch

    def __exit__(self, *error: object) -> None:
        _WATCH.reset(self._before)


def watched(*, off: bool = False) -> Watching:
    """Notes every value that the code inside asks for and can't read; `off` ends a watch for the code inside.

    A rule that found nothing wrong, and came across such a value, has not decided: whoever runs rules says so.
    """
    return Watching(off)


def watching() -> Watch:
    """The watch under which the code runs; one that nobody looks at, where it is under none."""
    return _WATCH.get() or Watch()


def is_watched() -> bool:
    """Whether somebody looks at what the code came across."""
    return _WATCH.get() is not None


def meet(value: Sentinel, urn: str = "", path: str = "") -> None:
    """Note `value`, which was asked for at `path` of the resource with `urn`."""
    watch = _WATCH.get()
    if watch is not None:
        watch.met.setdefault((urn or watch.about, path), value)


def meet_each(found: Collection[tuple[str, str, Sentinel]]) -> None:
    """`meet` each (URN, path, value) of `found`, which all name their resource: once, however often it is asked."""
    watch = _WATCH.get() if found else None
    if watch is not None and id(found) not in watch.told:
        watch.told[id(found)] = found
        for urn, path, value in found:
            watch.met.setdefault((urn, path), value)
