"""An audit on a terminal: what it comes to, and the stacks and findings that matter most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from workbench.audit.summary import Found, Line, Summary, Totals
from workbench.report.findings_text import WIDTH, Hanging, as_text
from workbench.report.money import dollars, signed_dollars

TELLING: Final = 2
"""Values up to which a tag tells little: one of its own, and what has none. It is shown where it is asked for."""

NAMED: Final = 3
"""Stacks of one fault that are named."""

STYLES: Final = {"pass": "bold green", "blocked": "bold red", "broken": "bold yellow"}


def render(summary: Summary, *, top: int, tags: Sequence[str] = (), colours: bool = False, width: int = WIDTH) -> str:
    """The summary, `width` columns wide; `top` rows a table at most, and of `tags` those tables alone."""
    parts = (part for part in _parts(summary, top, tags) if part is not None)
    return as_text(parts, colours=colours, width=width)


def _parts(summary: Summary, top: int, tags: Sequence[str]) -> Iterator[RenderableType | None]:
    yield _broken(summary)
    yield _lines("Locked, judged as they stand", (f"{one.name}: {one.message}" for one in summary.locked.items))
    yield _stacks(f"Over budget ({summary.over_budget.count})", summary.over_budget.items, top)
    yield _stacks(summary.dearest_told, summary.dearest_others, top)
    for heading, totals in (
        ("project", summary.by_project),
        ("account", summary.by_account),
        ("Region", summary.by_region),
        ("service", summary.by_service),
    ):
        yield _totals(f"By {heading}", totals, top)
    for key in summary.tag_keys(tags):
        if tags or len(summary.by_tag[key].dearest_first) > TELLING:
            yield _totals(f"By tag {key}", summary.by_tag[key], top)
    yield _lines(
        "Without a price",
        (f"{token or 'the stack'}: {reason} ({_where(found)})" for token, reason, found in summary.unpriced_first),
        top,
    )
    yield _lines(
        "Worst findings",
        (
            f"{'blocks' if blocks else 'advises'}, {rule.severity.value}: {rule.title} [{rule.id}] ({_where(found)})"
            for rule, blocks, found in summary.worst_findings
        ),
        top,
    )
    yield _lines(
        f"Waivers that end by {summary.soon.isoformat()}",
        (
            f"{waiver.expires.isoformat()}: {waiver.rule} for {waiver.resource}, of {waiver.owner} ({_where(found)})"
            for waiver, found in summary.ending
        ),
    )
    if summary.changes is not None:
        yield from _changes(summary, top)
    yield _verdict(summary)


def _verdict(summary: Summary) -> RenderableType:
    counts = summary.verdicts
    total = summary.total
    return Group(
        Text(
            f"{_several(sum(counts.values()), 'stack')}, {_several(summary.resources, 'resource')}: "
            f"{counts['pass']:,} pass, "
            f"{counts['blocked']:,} blocked, {counts['broken']:,} could not be judged"
        ),
        Text(f"expected {dollars(total.expected_usd)} a month, worst case {dollars(total.worst_case_usd)}"),
        Text.assemble(("verdict: ", "bold"), (summary.verdict, STYLES[summary.verdict])),
    )


def _several(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def _stacks(heading: str, lines: Sequence[Line], top: int) -> RenderableType | None:
    if not lines:
        return None
    table = _table(heading, "Stack", "Expected", "Worst case", "Budget", "Verdict")
    for line in lines[:top]:
        budget = "" if line.budget_usd is None else dollars(line.budget_usd)
        style = STYLES[line.verdict]
        table.add_row(
            Text(line.name), dollars(line.expected_usd), dollars(line.worst_usd), budget, Text(line.verdict, style)
        )
    return table


def _totals(heading: str, totals: Totals, top: int) -> RenderableType | None:
    found = totals.dearest_first
    if not found:
        return None
    table = _table(heading, "Name", "Stacks", "Expected", "Worst case")
    for name, total in found[:top]:
        table.add_row(Text(name), f"{total.stacks:,}", dollars(total.expected_usd), dollars(total.worst_case_usd))
    if len(found) > top:
        table.add_row(Text(f"and {len(found) - top:,} more", "dim"))
    return table


def _table(heading: str, name: str, *others: str) -> Table:
    table = Table(title=Text(heading, "bold"), title_justify="left", box=None, pad_edge=False, expand=False)
    table.add_column(name, overflow="fold", ratio=1)
    for other in others:
        table.add_column(other, justify="left" if other == "Verdict" else "right", no_wrap=True)
    return table


def _lines(heading: str, lines: Iterable[str], most: int | None = None) -> RenderableType | None:
    told = list(lines)
    if not told:
        return None
    shown = told if most is None else told[:most]
    more = [Text(f"  and {len(told) - len(shown):,} more", "dim")] if len(shown) < len(told) else []
    return Group(Text(f"{heading} ({len(told):,})", "bold"), *(Hanging(Text(line)) for line in shown), *more)


def _broken(summary: Summary) -> RenderableType | None:
    """What could not be judged; stacks of one fault together."""
    names: dict[str, list[str]] = {}
    for one in summary.problems.items:
        names.setdefault(f"({one.kind}): {one.message}", []).append(one.name)
    if not names:
        return None
    told = (
        f"{', '.join(group[:NAMED])}{f' and {len(group) - NAMED:,} more' if len(group) > NAMED else ''} {fault}"
        for fault, group in names.items()
    )
    heading = Text(f"Could not be judged ({summary.verdicts['broken']:,})", "bold")
    return Group(heading, *(Hanging(Text(line)) for line in told))


def _where(found: Found) -> str:
    """How often, and where first."""
    rest = found.stacks - len(found.places)
    names = ", ".join(found.places[:2])
    others = found.stacks - min(2, len(found.places)) if rest or len(found.places) > 2 else 0
    return f"{found.count:,} in {names}" + (f" and {others:,} more" if others else "")


def _changes(summary: Summary, top: int) -> Iterator[RenderableType | None]:
    changes = summary.changes
    assert changes is not None  # noqa: S101 - the caller asks
    yield Text.assemble(
        ("Since the last audit: ", "bold"),
        f"{signed_dollars(changes.usd)} a month, from {dollars(changes.before_usd)} to {dollars(changes.after_usd)}",
    )
    yield _lines(
        "What got dearer or cheaper",
        (f"{one.name}: {signed_dollars(one.usd)}, {dollars(one.after_usd)}" for one in changes.dollars),
        top,
    )
    for heading, names in (
        ("New", changes.new),
        ("Gone", changes.gone),
        ("Blocked now", changes.blocked),
        ("Passing again", changes.passing),
        ("Can't be judged any more", changes.broken),
        ("New findings", [f"{name}: {rule}" for name, rule in changes.findings]),
        ("Solved", [f"{name}: {rule}" for name, rule in changes.solved]),
    ):
        yield _lines(heading, names, top)
