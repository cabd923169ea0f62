"""The start script of an instance, as people wrote it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Final

from deployment.graph import Resource

LONGEST: Final = 200_000
"""Characters that are read; AWS takes 16 KB."""
START: Final = 8
"""Characters of a name by which the places are found where it may stand."""


def script_of(template: Resource) -> str | None:
    """Plain text of the user data of a launch template or instance; None when there is none, or it is not known."""
    for path in ("userData", "userDataBase64"):
        value = template.get(path)
        if isinstance(value, str) and value:
            try:
                return base64.b64decode(value[:LONGEST], validate=True).decode("utf-8", "replace")
            except ValueError:
                return value[:LONGEST]
    return None


class Names:
    """Names that scripts are searched for, all of them in one pass."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._lengths = sorted({len(name) for name in self._names})
        least = min((*self._lengths[:1], START))
        self._start = re.compile("|".join(sorted({re.escape(name[:least]) for name in self._names})))

    def inside(self, script: str) -> set[str]:
        """The names that `script` holds, wherever in it."""
        found: set[str] = set()
        start = self._start.search(script) if self._names else None
        while start is not None:
            place = start.start()
            found.update(self._names.intersection(script[place : place + length] for length in self._lengths))
            start = self._start.search(script, place + 1) if place < len(script) else None
        return found
