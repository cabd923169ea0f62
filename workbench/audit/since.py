"""What has changed since an earlier audit, read from its JSON stack by stack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from cost.money import text
from deployment.errors import SHAPE_ERRORS, InputError, first_line
from deployment.urn import plain
from workbench.audit.result import Broken
from workbench.audit.run import Row

MOST_BYTES: Final = 2_000_000_000
"""Of an earlier audit; 10,000 stacks of 200 resources give less than a tenth."""
DEEPEST: Final = 100
"""Levels of nesting; an audit has ten."""
DEPTH: Final = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}
"""What events of the parser change of the depth."""
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Before:
    """One stack of the earlier audit."""

    expected_usd: Decimal
    verdict: str
    findings: frozenset[str]
    """Ids of the rules that it broke."""


NOTHING: Final[dict[str, list[Any]]] = {"violations": []}
"""Policies of a stack that could not be judged."""

Earlier = dict[str, Before]
"""Name of each stack of the earlier audit -> what it was."""


def read_earlier(path: Path) -> Earlier:
    """The stacks in the JSON of an earlier audit, `path`. Raises InputError."""
    import ijson

    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"--since {path}: larger than {MOST_BYTES // 1_000_000:,} MB; is it an audit's JSON?")
        with path.open("rb") as file:
            found = dict(_stacks(file))
    except (OSError, *SHAPE_ERRORS, ijson.JSONError) as error:
        shape = "" if isinstance(error, ijson.JSONError) else f"{type(error).__name__}: "
        reason = getattr(error, "strerror", None) or shape + first_line(error)
        raise InputError(
            f"--since {path}: not readable as the JSON of an earlier audit: {plain(str(reason))}"
        ) from error
    if not found:
        raise InputError(f"--since {path}: holds no stack of an audit; give what --format json has written")
    return found


def _shallow(events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """`events` of a document nested no deeper than an audit's; each level makes every path of the parser longer.

    Raises ijson.JSONError.
    """
    import ijson

    depth = 0
    for event in events:
        depth += DEPTH.get(event[0], 0)
        if depth > DEEPEST:
            raise ijson.JSONError(f"nested deeper than {DEEPEST} levels")
        yield event


def _stacks(file: Any) -> Iterator[tuple[str, Before]]:
    import ijson

    for stack in ijson.items(ijson.parse(_shallow(ijson.basic_parse(file, use_float=True))), "stacks.item"):
        cost = stack.get("cost")
        yield (
            stack["name"],
            Before(
                Decimal(cost["expected"]) if cost is not None else ZERO,
                stack["verdict"],
                frozenset(each["id"] for each in stack.get("policies", NOTHING)["violations"]),
            ),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What is new about one stack."""

    name: str
    before_usd: Decimal
    after_usd: Decimal

    @property
    def usd(self) -> Decimal:
        """How much dearer it is."""
        return self.after_usd - self.before_usd

    def to_json(self) -> dict[str, str]:
        """As in the audit's JSON."""
        return {
            "name": self.name, "from": text(self.before_usd), "to": text(self.after_usd), "change": text(self.usd),
        }  # fmt: skip


class Changes:
    """What has changed; `add` every row once, then `finish`."""

    def __init__(self, earlier: Earlier, top: int) -> None:
        self._left = dict(earlier)
        self._top = top
        self.before_usd = sum((stack.expected_usd for stack in earlier.values()), ZERO)
        self.after_usd = ZERO
        self.new: list[str] = []
        self.gone: list[str] = []
        self.dollars: list[Change] = []
        self.blocked: list[str] = []
        """Blocked now, and not before."""
        self.passing: list[str] = []
        """Blocked before, and not now."""
        self.broken: list[str] = []
        """Judged before, and not now."""
        self.findings: list[tuple[str, str]] = []
        """Stack and rule that it breaks now and did not."""
        self.solved: list[tuple[str, str]] = []

    def add(self, row: Row) -> None:
        """Compare one stack with what it was."""
        now = row.usd("monthly_usd")
        self.after_usd += now
        before = self._left.pop(row.name, None)
        if before is None:
            self.new.append(row.name)
            if now:
                self.dollars.append(Change(row.name, ZERO, now))
            return
        if isinstance(row.result, Broken):
            if before.verdict != "broken":
                self.broken.append(row.name)
            return
        if now != before.expected_usd:
            self.dollars.append(Change(row.name, before.expected_usd, now))
        if row.verdict != before.verdict:
            (self.blocked if row.verdict == "blocked" else self.passing).append(row.name)
        ids = {breach.rule.id for breach in row.result.breaches}
        self.findings += [(row.name, rule) for rule in sorted(ids - before.findings)]
        self.solved += [(row.name, rule) for rule in sorted(before.findings - ids)]

    def finish(self) -> None:
        """After the last row: what is left of the earlier audit is gone."""
        self.gone = sorted(self._left)
        self.dollars += [
            Change(name, self._left[name].expected_usd, ZERO) for name in self.gone if self._left[name].expected_usd
        ]
        self.dollars.sort(key=lambda change: (-abs(change.usd), change.name))

    @property
    def usd(self) -> Decimal:
        """How much dearer all stacks are together."""
        return self.after_usd - self.before_usd

    @property
    def most(self) -> list[Change]:
        """What changes most in dollars."""
        return self.dollars[: self._top]

    def to_json(self) -> dict[str, Any]:
        """As in the audit's JSON."""
        return {
            "from": text(self.before_usd),
            "to": text(self.after_usd),
            "change": text(self.usd),
            "new": self.new,
            "gone": self.gone,
            "dollars": [change.to_json() for change in self.dollars],
            "newlyBlocked": self.blocked,
            "passingAgain": self.passing,
            "newlyBroken": self.broken,
            "newFindings": [{"name": name, "id": rule} for name, rule in self.findings],
            "solvedFindings": [{"name": name, "id": rule} for name, rule in self.solved],
        }
