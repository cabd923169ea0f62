"""Properties that make AWS charge for something more, of which the catalogue has no price (``surcharges.toml``).

A pricer sees the charges that it was written for. What a property switches on beside them would cost $0 by silence, on
free types as well; these rows make the resource unpriced, in a sentence that names the property.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from cost.catalogue import read_kept
from cost.registry import NATIVE, present
from deployment.decimals import number
from deployment.graph import Resource, first_step
from deployment.unknown import SECRET, UNKNOWN

UNREADABLE: Final = {id(UNKNOWN): "isn't known during preview", id(SECRET): "is secret"}


@dataclass(frozen=True, slots=True)
class Surcharge:
    """One property, and when it costs something."""

    path: str
    property: str
    """The first part of the path."""
    costs: str
    """What is charged, for people."""
    words: frozenset[str] = frozenset()
    """In small letters: it costs when it is one of these; empty: any."""
    free_words: frozenset[str] = frozenset()
    """In small letters: it doesn't when it is one of these."""
    above: Decimal | None = None
    where: tuple[tuple[str, frozenset[str]], ...] = ()
    """Further paths, and the words that each has to be one of."""

    def reason(self, resource: Resource) -> str | None:
        """Why `resource` can't be priced; None when the row doesn't hold for it."""
        inputs = resource.inputs
        if inputs and self.property not in inputs:  # as nearly always
            return None
        for value in resource.peek(self.path):
            if any(not {str(each).lower() for each in _declared(resource, path)} & words for path, words in self.where):
                continue
            if value is UNKNOWN or value is SECRET:
                return f"{self.path} {UNREADABLE[id(value)]}, and may cost extra: {self.costs}"
            if self._costs(value):
                return f"{self.path} costs extra, which has no price in the catalogue: {self.costs}"
        return None

    def _costs(self, value: Any) -> bool:
        if self.above is not None:
            found = number(value)
            return found is not None and found > self.above
        said = str(value).lower()
        if self.words:
            return said in self.words
        # an empty object switches on what it names: `captcha: {}`
        return value not in (None, "", 0, []) and said not in {"false", "0", *self.free_words}


def _declared(resource: Resource, path: str) -> list[Any]:
    """What the program sets at `path`, in a preview what is not known yet included; never what AWS filled in."""
    return resource.peek(path) if not resource.inputs or first_step(path) in resource.inputs else []


def surcharges(resource: Resource) -> Iterator[str]:
    """Why (a part of) `resource` has no price: a sentence for each property that costs extra."""
    rows = rows_of(resource.type)
    if rows and resource.type.startswith(NATIVE):  # its properties may have other names
        name = present(resource.type)
        yield f"properties of it may cost extra, and are known by the names that {name} has for them"
        return
    for row in rows:
        if (reason := row.reason(resource)) is not None:
            yield reason


@cache
def rows_of(token: str) -> tuple[Surcharge, ...]:
    """The properties of the type `token` that cost something more."""
    return _rows().get(present(token), ())


@cache
def _rows() -> Mapping[str, tuple[Surcharge, ...]]:
    """Rows by type token."""
    found: dict[str, tuple[Surcharge, ...]] = {}
    for row in read_kept(Path(__file__).parent / "surcharges.toml")["surcharge"]:
        read = Surcharge(
            path=row["property"],
            property=first_step(row["property"]),
            costs=row["costs"],
            words=_small(row.get("is", ())),
            free_words=_small(row.get("unless", ())),
            above=Decimal(row["above"]) if "above" in row else None,
            where=tuple((path, _small(words)) for path, words in row.get("where", {}).items()),
        )
        for token in row["types"]:
            found[token] = (*found.get(token, ()), read)
    return found


def _small(words: Any) -> frozenset[str]:
    return frozenset(str(each).lower() for each in words)
