"""What a reader of an audit asks first: totals, and the stacks and findings that matter most.

Fed row by row, it keeps the few that it shows, however many there are.
"""

from __future__ import annotations

import datetime
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from cost.charges import ZERO
from cost.ledger import DOLLARS
from cost.money import text
from policies.finding import Severity
from policies.rule import Rule
from workbench.audit.result import Breach, Broken, Judged
from workbench.audit.run import Row
from workbench.audit.since import Changes, Earlier

T = TypeVar("T")

RANK: Final = {Severity.CRITICAL: 3, Severity.HIGH: 2, Severity.MEDIUM: 1, Severity.LOW: 0}
NO_PROJECT: Final = "(no project)"
UNTAGGED: Final = "(none)"
OTHERS: Final = "(others)"
MOST_VALUES: Final = 1000
"""Values of one kind of total that are told apart; what comes after is `OTHERS`."""
MOST_KEYS: Final = 100
"""Tag keys with totals of their own."""
SHOWN_PLACES: Final = 5
"""Stacks that are named with a finding, a waiver or what has no price."""


@dataclass
class Sum:
    """Dollars of some charges, and how many stacks they are of."""

    usd: list[Decimal] = field(default_factory=lambda: [ZERO] * len(DOLLARS))
    stacks: int = 0

    def add(self, dollars: Sequence[Decimal]) -> None:
        """Add dollars by `DOLLARS`."""
        for position, amount in enumerate(dollars):
            self.usd[position] += amount

    @property
    def expected_usd(self) -> Decimal:
        """A month with the declared use."""
        return self.usd[DOLLARS.index("monthly_usd")]

    @property
    def worst_case_usd(self) -> Decimal:
        """A month at what the declarations allow."""
        return self.usd[DOLLARS.index("worst_case_usd")]

    def to_json(self) -> dict[str, Any]:
        """As in the audit's JSON."""
        floor, expected, worst, always = map(text, self.usd)
        return {
            "stacks": self.stacks, "floor": floor, "expected": expected, "worstCase": worst, "listAlwaysOn": always,
        }  # fmt: skip


class Totals:
    """Dollars by the values of one attribute."""

    def __init__(self) -> None:
        self._sums: dict[str, Sum] = {}

    def add(self, parts: Iterable[tuple[str, Sequence[Decimal]]]) -> None:
        """Add the charges of one stack, each with its value."""
        met = set()
        for value, dollars in parts:
            if value not in self._sums and len(self._sums) >= MOST_VALUES:
                value = OTHERS
            found = self._sums.setdefault(value, Sum())
            found.add(dollars)
            met.add(value)
        for value in met:
            self._sums[value].stacks += 1

    def put(self, value: str, found: Sum) -> None:
        """Set what one value comes to."""
        self._sums[value] = found

    @property
    def dearest_first(self) -> list[tuple[str, Sum]]:
        """Values with their sums."""
        return sorted(self._sums.items(), key=lambda pair: (-pair[1].expected_usd, pair[0]))

    def to_json(self) -> list[dict[str, Any]]:
        """As in the audit's JSON."""
        return [{"name": name, **found.to_json()} for name, found in self.dearest_first]


class Top(Generic[T]):
    """The first of many by a key, and how many there were."""

    def __init__(self, most: int, key: Callable[[T], tuple[Any, ...]]) -> None:
        self.most = most
        self.count = 0
        self._key = key
        self._held: list[tuple[Any, ...]] = []

    def add(self, item: T) -> None:
        """Take the item in where it is among the first."""
        self.count += 1
        heapq.heappush(self._held, (_Reversed(self._key(item)), self.count, item))
        if len(self._held) > self.most:
            heapq.heappop(self._held)

    @property
    def items(self) -> list[T]:
        """The first, in order."""
        return [entry[2] for entry in sorted(self._held, key=lambda entry: self._key(entry[2]))]


class _Reversed:
    """A key that sorts the other way round, so that a heap gives up the last."""

    __slots__ = ("key",)

    def __init__(self, key: tuple[Any, ...]) -> None:
        self.key = key

    def __lt__(self, other: _Reversed) -> bool:
        return bool(other.key < self.key)


@dataclass
class Found:
    """Something that several stacks share."""

    count: int = 0
    stacks: int = 0
    places: list[str] = field(default_factory=list)
    """The first of the stacks, by name."""

    def add(self, name: str, count: int) -> None:
        """Count it in one stack."""
        self.count += count
        self.stacks += 1
        if len(self.places) < SHOWN_PLACES:
            self.places.append(name)

    def to_json(self) -> dict[str, Any]:
        """As in the audit's JSON."""
        return {"count": self.count, "stacks": self.stacks, "first": self.places}


@dataclass(frozen=True, slots=True, order=True)
class EndingWaiver:
    """A waiver that ends soon, as it is used."""

    expires: datetime.date
    rule: str
    resource: str
    owner: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A stack as a summary lists it."""

    name: str
    source: str
    expected_usd: Decimal
    worst_usd: Decimal
    budget_usd: Decimal | None
    verdict: str
    over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A stack that could not be judged, or that somebody holds locked."""

    name: str
    source: str
    kind: str
    message: str


class Summary:
    """Totals and tops of an audit; `add` every row once, then read."""

    def __init__(self, *, day: datetime.date, top: int, soon_days: int, earlier: Earlier | None = None) -> None:
        self.day = day
        self.soon = day + datetime.timedelta(days=soon_days)
        self.total = Sum()
        self.verdicts: dict[str, int] = dict.fromkeys(("pass", "blocked", "broken"), 0)
        self.resources = 0
        self.by_project, self.by_account, self.by_region, self.by_service = (Totals() for _ in range(4))
        self.by_tag: dict[str, Totals] = {}
        self._tagged: dict[str, Sum] = defaultdict(Sum)
        self._charged = 0
        """Stacks that are charged anything."""
        self.dearest: Top[Line] = Top(top, lambda line: (-line.expected_usd, line.name, line.source))
        self.over_budget: Top[Line] = Top(top, _by_excess)
        self.problems: Top[Problem] = Top(max(top, LEAST_PROBLEMS), lambda one: (one.kind, one.name, one.source))
        self.locked: Top[Problem] = Top(max(top, LEAST_PROBLEMS), lambda one: (one.name, one.source))
        self.unpriced: dict[tuple[str, str], Found] = defaultdict(Found)
        self.findings: dict[str, tuple[Rule, bool, Found]] = {}
        self.waivers: dict[EndingWaiver, Found] = defaultdict(Found)
        self.changes = None if earlier is None else Changes(earlier, top)

    def add(self, row: Row) -> None:
        """Take one stack in."""
        self.verdicts[row.verdict] += 1
        if row.location.lock:
            self.locked.add(Problem(row.name, row.location.source, "locked", row.location.lock))
        if isinstance(row.result, Broken):
            told = Problem(row.name, row.location.source, row.result.fault.value, row.result.message)
            self.problems.add(told)
        else:
            self._add_judged(row, row.result)
        if self.changes is not None:
            self.changes.add(row)

    def finish(self) -> None:
        """After the last row: what carries no tag of a key is told beside what does."""
        for key, totals in self.by_tag.items():
            tagged = self._tagged[key]
            if tagged.stacks < self._charged:
                rest = [whole - part for whole, part in zip(self.total.usd, tagged.usd, strict=True)]
                totals.put(UNTAGGED, Sum(rest, self._charged - tagged.stacks))
        if self.changes is not None:
            self.changes.finish()

    def _add_judged(self, row: Row, result: Judged) -> None:
        self.resources += result.resources
        line = Line(
            row.name,
            row.location.source,
            row.usd("monthly_usd"),
            row.bounded_usd,
            result.budget_usd,
            row.verdict,
            row.over,
        )
        self.dearest.add(line)
        if line.over:
            self.over_budget.add(line)
        self._add_dollars(row)
        for reason, count in _counted((each.type, each.reason) for each in result.unpriced).items():
            self.unpriced[reason].add(row.name, count)
        by_rule: dict[str, list[Breach]] = defaultdict(list)
        for breach in result.breaches:
            by_rule[breach.rule.id].append(breach)
        for rule_id, broken in by_rule.items():
            _, blocks, found = self.findings.get(rule_id, (None, False, Found()))
            found.add(row.name, sum(len(breach.told) for breach in broken))
            blocks = blocks or any(breach.blocks for breach in broken)
            self.findings[rule_id] = (broken[0].rule, blocks, found)
        ending = _counted(
            EndingWaiver(one.waiver.expires, one.waiver.rule, one.waiver.resource, one.waiver.owner, one.waiver.reason)
            for one in result.waived
            if one.waiver.expires <= self.soon
        )
        for waiver, count in ending.items():
            self.waivers[waiver].add(row.name, count)

    def _add_dollars(self, row: Row) -> None:
        self.total.stacks += 1
        self._charged += bool(row.entries)
        for _, dollars in row.entries:
            self.total.add(dollars)
        self.by_project.add((row.project or NO_PROJECT, dollars) for _, dollars in row.entries)
        self.by_account.add((entry.keys[0], dollars) for entry, dollars in row.entries)
        self.by_region.add((entry.keys[1], dollars) for entry, dollars in row.entries)
        self.by_service.add((entry.price.split("/", 2)[1], dollars) for entry, dollars in row.entries)
        tagged: dict[str, list[tuple[str, Sequence[Decimal]]]] = defaultdict(list)
        for entry, dollars in row.entries:
            for key, value in zip(entry.keys[2::2], entry.keys[3::2], strict=True):
                tagged[key].append((value, dollars))
        for key, parts in sorted(tagged.items()):
            if key in self.by_tag or len(self.by_tag) < MOST_KEYS:
                self.by_tag.setdefault(key, Totals()).add(parts)
                for _, part in parts:
                    self._tagged[key].add(part)
                self._tagged[key].stacks += len(parts) == len(row.entries)

    @property
    def dearest_others(self) -> list[Line]:
        """The dearest stacks, without those that are told as over their budget already."""
        told = {(line.name, line.source) for line in self.over_budget.items}
        return [line for line in self.dearest.items if (line.name, line.source) not in told]

    @property
    def dearest_told(self) -> str:
        """What these are called."""
        return "Dearest of the others" if self.over_budget.items else "Dearest"

    @property
    def worst_findings(self) -> list[tuple[Rule, bool, Found]]:
        """Rules that were broken: what blocks first, then the gravest, then the most frequent."""
        return sorted(
            self.findings.values(), key=lambda one: (not one[1], -RANK[one[0].severity], -one[2].stacks, one[0].id)
        )

    @property
    def unpriced_first(self) -> list[tuple[str, str, Found]]:
        """Type and reason of what has no price: the most frequent first."""
        pairs = sorted(self.unpriced.items(), key=lambda pair: (-pair[1].count, pair[0]))
        return [(token, reason, found) for (token, reason), found in pairs]

    @property
    def ending(self) -> list[tuple[EndingWaiver, Found]]:
        """Waivers in use that end soon: the first to end first."""
        return sorted(self.waivers.items())

    def tag_keys(self, wanted: Sequence[str]) -> list[str]:
        """Keys with totals: those of `wanted`, or all where none is named."""
        return [key for key in sorted(self.by_tag) if not wanted or key in wanted]

    @property
    def verdict(self) -> str:
        """``blocked`` where a stack is; else ``broken`` where one could not be judged; else ``pass``."""
        return next((name for name in ("blocked", "broken") if self.verdicts[name]), "pass")

    def to_json(self, tags: Sequence[str] = ()) -> dict[str, Any]:
        """The audit's JSON without its stacks; `tags` are the keys that are wanted, all where none is named."""
        document: dict[str, Any] = {
            "day": self.day.isoformat(),
            "verdict": self.verdict,
            "counts": {
                "stacks": sum(self.verdicts.values()),
                **self.verdicts,
                "locked": self.locked.count,
                "overBudget": self.over_budget.count,
                "resources": self.resources,
            },
            "cost": {"currency": "USD", **{k: v for k, v in self.total.to_json().items() if k != "stacks"}},
            "byProject": self.by_project.to_json(),
            "byAccount": self.by_account.to_json(),
            "byRegion": self.by_region.to_json(),
            "byService": self.by_service.to_json(),
            "byTag": {key: self.by_tag[key].to_json() for key in self.tag_keys(tags)},
            "dearest": [_line(line) for line in self.dearest.items],
            "overBudget": [_line(line) for line in self.over_budget.items],
            "unpriced": [
                {"type": token, "reason": reason, **found.to_json()} for token, reason, found in self.unpriced_first
            ],
            "findings": [
                {
                    "id": rule.id,
                    "severity": rule.severity.value,
                    "blocks": blocks,
                    "title": rule.title,
                    **found.to_json(),
                }
                for rule, blocks, found in self.worst_findings
            ],
            "waiversEnding": [
                {
                    "rule": waiver.rule,
                    "resource": waiver.resource,
                    "expires": waiver.expires.isoformat(),
                    "owner": waiver.owner,
                    "reason": waiver.reason,
                    **found.to_json(),
                }
                for waiver, found in self.ending
            ],
            "problems": [_problem(one) for one in self.problems.items],
            "locked": [_problem(one) for one in self.locked.items],
        }
        if self.changes is not None:
            document["changes"] = self.changes.to_json()
        return document


LEAST_PROBLEMS: Final = 1000
"""Stacks that are named at least where something is wrong with them, however few of the others are shown."""


def _by_excess(line: Line) -> tuple[Any, ...]:
    budget = line.budget_usd or ZERO
    figures = {"expected": line.expected_usd, "worst case": line.worst_usd}
    return (-max(figures[name] - budget for name in line.over), line.name, line.source)


def _counted(items: Iterable[T]) -> dict[T, int]:
    found: dict[T, int] = defaultdict(int)
    for item in items:
        found[item] += 1
    return found


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "source": line.source,
        "expected": text(line.expected_usd),
        "worstCase": text(line.worst_usd),
        "budget": None if line.budget_usd is None else text(line.budget_usd),
        "verdict": line.verdict,
        "overBudget": list(line.over),
    }


def _problem(one: Problem) -> dict[str, str]:
    return {"name": one.name, "source": one.source, "kind": one.kind, "message": one.message}
