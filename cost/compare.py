"""What a change does to the bill: two estimates, resource by resource."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cost.estimate import Estimate, Line
from cost.money import text

ALLOWANCES = "allowances"
"""Stands for the account's allowances in a comparison: they belong to no resource."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Expected dollars and worst case, before and after."""

    old_usd: Decimal
    new_usd: Decimal
    old_worst_usd: Decimal
    new_worst_usd: Decimal

    @property
    def delta_usd(self) -> Decimal:
        """New minus old."""
        return self.new_usd - self.old_usd

    @property
    def worst_case_delta_usd(self) -> Decimal:
        """By how much the worst case rises."""
        return self.new_worst_usd - self.old_worst_usd

    def to_json(self) -> dict[str, Any]:
        """Money as decimal strings."""
        return {
            "old": text(self.old_usd),
            "new": text(self.new_usd),
            "delta": text(self.delta_usd),
            "worstCaseDelta": text(self.worst_case_delta_usd),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Difference):
    """One resource whose dollars differ; allowances are one entry of their own."""

    urn: str
    """URN, or `ALLOWANCES`."""
    key: str
    """By what the two sides were matched."""
    type: str
    name: str

    def to_json(self) -> dict[str, Any]:
        """Its URN and type, and money as decimal strings."""
        return {"urn": self.urn, "type": self.type, **Difference.to_json(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Difference):
    """What a change does to the totals, and to each resource."""

    changes: tuple[Change, ...]
    """Only what differs, the largest difference first; their deltas add up to the difference of the totals."""

    def to_json(self) -> dict[str, Any]:
        """Money as decimal strings."""
        return {**Difference.to_json(self), "resources": [change.to_json() for change in self.changes]}


def compare(old: Estimate, new: Estimate) -> Comparison:
    """What costs more or less in `new` than in `old`: as expected, or in the worst case.

    Resources are matched without their stack's name, so that two stacks of one program compare too.
    """
    totals: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    worst: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    labels: dict[str, tuple[str, str, str]] = {}
    for index, found in enumerate((old, new)):
        for line in found.lines:
            key = line_key(line)
            totals[key][index] += line.monthly_usd
            worst[key][index] += line.worst_case_usd
            labels[key] = (line.urn, line.type, line.name) if key != ALLOWANCES else (ALLOWANCES, "", ALLOWANCES)
    changes = [
        Change(before, after, *worst[key], urn=urn, key=key, type=token, name=name)
        for key, (before, after) in totals.items()
        if before != after or worst[key][0] != worst[key][1]
        for urn, token, name in (labels[key],)
    ]
    changes.sort(key=lambda change: (-abs(change.delta_usd), -abs(change.worst_case_delta_usd), change.urn))
    totals_usd = (old.expected_usd, new.expected_usd, old.worst_case_usd, new.worst_case_usd)
    return Comparison(*totals_usd, changes=tuple(changes))


def line_key(line: Line) -> str:
    """By what a line is matched with the other side's: its resource, or `ALLOWANCES`."""
    return ALLOWANCES if line.charge is None else identity(line.urn)


def identity(urn: str) -> str:
    """`urn` without the names of stack and project."""
    return urn.split("::", 2)[-1]
