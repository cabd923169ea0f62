"""An audit from its sources to rows: finds the stacks, has each examined once, and settles every account."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from cost.charges import ZERO
from cost.ledger import DOLLARS, Entry, Ledger
from cost.money import line_usd
from cost.usage import UsageFile
from deployment.errors import InputError
from workbench.audit.examine import Terms, examine
from workbench.audit.kept import Kept, code_hash
from workbench.audit.location import Location
from workbench.audit.result import Broken, Fault, Judged, decoded, digest_of, encoded
from workbench.audit.sources import is_local, read
from workbench.audit.usages import Usages
from workbench.cluster import Cluster, Killed, LostSchedulerError, mapped

SMALL_BYTES: Final = 60_000_000
"""States that together are smaller are read in one process: a cluster takes seconds of each core to be ready, for every
worker loads rules and prices, and a second one has to earn that back."""

TYPICAL_BYTES: Final = 500_000
"""Of a stack whose listing doesn't say."""

BUNDLE_BYTES: Final = 1_500_000
"""States that go to a worker at a time: about half a second of work, beside the 15 ms that a call takes all processes
of Dask."""

WARM: Final = "workbench.audit.warm"
"""Module that a worker begins with."""

PACKED: Final = 15
"""How many times smaller gzip makes a state (the stacks of this project)."""

ONE_BILL: Final = "one bill"
"""Name of the account where all of them are on one bill."""


@dataclass(frozen=True, slots=True)
class Row:
    """One stack of an audit, with what the account leaves of its charges."""

    location: Location
    result: Judged | Broken
    entries: tuple[tuple[Entry, tuple[Decimal, ...]], ...] = ()
    """Each entry with its dollars, by `DOLLARS`."""
    number: int = 1
    """Counts stacks of one project and name, which several sources may hold."""

    @property
    def project(self) -> str:
        """As the layout says, else as the URNs do."""
        return self.location.project or (self.result.project if isinstance(self.result, Judged) else "")

    @property
    def stack(self) -> str:
        """As the URNs say, else as the layout or the file's name does."""
        return (self.result.stack if isinstance(self.result, Judged) else "") or self.location.stack

    @property
    def name(self) -> str:
        """Project and stack, for people; the same in the next audit."""
        name = f"{self.project}/{self.stack}" if self.project else self.stack
        return name if self.number == 1 else f"{name} ({self.number})"

    def usd(self, figure: str) -> Decimal:
        """Dollars of a figure, a name of `DOLLARS`, once the account is settled."""
        position = DOLLARS.index(figure)
        return sum((dollars[position] for _, dollars in self.entries), ZERO)

    @property
    def bounded_usd(self) -> Decimal:
        """The worst case that the budget is held against: with the spend brake, where the stack has one."""
        worst, result = self.usd("worst_case_usd"), self.result
        if isinstance(result, Broken) or result.brake is None or result.held_usd is None or result.budget_usd is None:
            return worst
        return line_usd(result.brake.bound_usd(result.budget_usd, worst, min(result.held_usd, worst)))

    @property
    def over(self) -> tuple[str, ...]:
        """Figures that exceed the budget, for people."""
        result = self.result
        if isinstance(result, Broken) or result.budget_usd is None:
            return ()
        gates = [("expected", self.usd("monthly_usd"))]
        if result.worst_case_binds:
            gates.append(("worst case", self.bounded_usd))
        return tuple(name for name, usd in gates if usd > result.budget_usd)

    @property
    def verdict(self) -> str:
        """``pass``, ``blocked`` or ``broken``."""
        result = self.result
        if isinstance(result, Broken):
            return "broken"
        blocked = any(breach.blocks for breach in result.breaches)
        return "blocked" if blocked or result.unpriced or self.over else "pass"


@dataclass
class Audit:
    """Every stack that was found, examined."""

    terms: Terms
    locations: Sequence[Location]
    kept: Kept
    one_bill: bool
    """Whether all accounts are on one bill of an organization."""
    usages: Usages
    keys: dict[str, str] = field(default_factory=dict)
    """Source of each stack -> key of its result."""
    reused: int = 0
    """Results that were there already."""
    _ledgers: dict[str, Ledger] = field(default_factory=lambda: defaultdict(Ledger))

    def rows(self) -> Iterator[Row]:
        """Each stack, by project, name and place; one is in memory at a time."""
        seen: Counter[tuple[str, str]] = Counter()
        for location, result in self._results():
            row = Row(location, result, tuple(self._settled(result)))
            seen[row.project, row.stack] += 1
            yield replace(row, number=seen[row.project, row.stack])

    def add_up(self) -> None:
        """Give each account all that its stacks use of what belongs to the account."""
        for location, result in self._results(findings=False):
            if isinstance(result, Judged):
                self.usages.took(location, result.used)
                for account, entries in self._by_account(result).items():
                    self._ledgers[account].add(entries, result.share)

    def _settled(self, result: Judged | Broken) -> Iterator[tuple[Entry, tuple[Decimal, ...]]]:
        if isinstance(result, Judged):
            for account, entries in self._by_account(result).items():
                yield from zip(entries, self._ledgers[account].settled(entries, result.share), strict=True)

    def _by_account(self, result: Judged) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in result.entries:
            found[ONE_BILL if self.one_bill else entry.keys[0]].append(entry)
        return found

    def _results(self, *, findings: bool = True) -> Iterator[tuple[Location, Judged | Broken]]:
        for location in self.locations:
            content = self.kept.get(self.keys[location.source])
            assert content is not None  # noqa: S101 - every stack was examined
            yield location, decoded(content, findings=findings)


Progress = Callable[[str], None]

_Call = tuple[Location, bytes | None, Terms, UsageFile | None]


def audit(
    locations: Sequence[Location],
    terms: Terms,
    cluster: Cluster,
    kept: Kept,
    *,
    one_bill: bool = False,
    usages: Usages | None = None,
    progress: Progress = lambda text: None,
) -> Audit:
    """Examine the stacks at `locations` that `kept` has no result for, and settle the accounts.

    Raises LostSchedulerError, and InputError where there is no scheduler.
    """
    found = Audit(terms, locations, kept, one_bill, usages or Usages())
    done = 0
    to_do = _Unknown(found, ship=cluster.scheduler is not None)
    asked = cluster.scheduler is not None or cluster.workers is not None
    function = _examined if cluster.scheduler is None else _examined_elsewhere
    small = len(locations) == 1 or sum(map(_bytes, locations)) < SMALL_BYTES
    try:
        alone = small and not asked
        for (location, *_), result in mapped(function, iter(to_do), cluster, alone=alone, bundle=_part, preload=[WARM]):
            content = encoded("", Broken(Fault.KILLED, result.message)) if isinstance(result, Killed) else result
            _keep(found, location, content)
            done += 1
            progress(f"examined {done + found.reused:,} of {len(locations):,} stacks")
    except LostSchedulerError as error:
        there = done + found.reused
        rest = "are kept; the same command goes on" if kept.lasting else "were done; with --cache FILE one would go on"
        raise LostSchedulerError(f"{error}; {there:,} of {len(locations):,} stacks {rest} from there") from error
    progress("settling the accounts")
    found.add_up()
    return found


def _bytes(location: Location) -> int:
    """About how many bytes there are to judge."""
    packed = PACKED if location.path.endswith((".gz", ".zst")) else 1
    return TYPICAL_BYTES if location.size is None else location.size * packed


def _part(call: _Call) -> float:
    """How much of a call to a worker a stack fills."""
    return _bytes(call[0]) / BUNDLE_BYTES


def _examined(call: _Call) -> bytes:
    return examine(*call)


def _examined_elsewhere(call: _Call) -> bytes:
    """On somebody's cluster, whose workers may have another version of this project: then nothing is judged by it."""
    if call[2].code != code_hash():
        raise InputError(
            "--scheduler: its workers have other rules, prices or code than are here; give them this version"
        )
    return examine(*call)


def _keep(found: Audit, location: Location, content: bytes) -> None:
    """Keep a result by the hash of what it is about; one without (nobody could read it) for this run alone."""
    digest = digest_of(content)
    key = found.terms.key(digest, found.usages.of(location)) if digest else f"run:{location.source}"
    found.keys[location.source] = key
    found.kept.put(key, content)
    if digest and location.fingerprint:
        found.kept.saw(location.source, location.fingerprint, digest)


class _Unknown:
    """The stacks without a result, one after the other as somebody asks for them."""

    def __init__(self, found: Audit, *, ship: bool) -> None:
        self.found = found
        self.ship = ship
        """Whether what only this machine can read is sent along."""

    def __iter__(self) -> Iterator[_Call]:
        for location in self.found.locations:
            content = None
            if is_local(location) and (self.ship or (self.found.kept.lasting and not location.fingerprint)):
                try:
                    content = read(location)
                except InputError:
                    content = None  # which whoever examines it tells
            if self._known(location, content):
                self.found.reused += 1
            else:
                yield location, content, self.found.terms, self.found.usages.of(location)

    def _known(self, location: Location, content: bytes | None) -> bool:
        kept = self.found.kept
        if not kept.lasting:
            return False
        digest: str | None
        if content is not None:
            digest = hashlib.sha256(content).hexdigest()
        else:
            digest = kept.digest(location.source, location.fingerprint) if location.fingerprint else None
        if digest is None:
            return False
        key = self.found.terms.key(digest, self.found.usages.of(location))
        if kept.get(key) is None:
            return False
        self.found.keys[location.source] = key
        return True
