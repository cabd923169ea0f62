"""Drift for a terminal: the verdict, what hands changed with dollars and rules, then what machines did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from deployment.urn import plain
from workbench.preview.changes import Operation
from workbench.report.findings_text import WIDTH, as_text, violations
from workbench.report.money import change_between, dollars, signed_dollars
from workbench.report.names import resource_name, short_types
from workbench.report.values import pair

if TYPE_CHECKING:
    from workbench.drift.result import Drift, Drifted
    from workbench.preview.changes import PropertyChange

LONGEST_VALUE: Final = 48
"""Characters of a value that are shown; the whole is in the JSON."""
MOST_PROPERTIES: Final = 6
"""Properties of a resource that are shown; the JSON has all."""
WORDS: Final = {
    Operation.DELETE: ("-", "is gone"),
    Operation.UPDATE: ("~", "differs"),
    Operation.CREATE: ("+", "is new"),
}


def render(drift: Drift, *, colours: bool = False, width: int = WIDTH) -> str:
    """`drift` as lines of at most `width` columns."""
    parts: list[RenderableType] = [_head(drift)]
    if drift.by_hand:
        parts.append(
            Group(Text(f"By hand ({len(drift.by_hand)})", "bold"), *(_one(drift, each) for each in drift.by_hand))
        )
        parts.append(_figures(drift))
    parts += violations(drift.broken)
    if drift.mended:
        mended = "; ".join(dict.fromkeys(f"{one.rule.id} ({resource_name(one.finding.urn)})" for one in drift.mended))
        parts.append(Text(f"What that mends: {mended}"))
    if drift.by_machines:
        heading = Text(f"By the stack's own machines, no drift ({len(drift.by_machines)})", "bold")
        parts.append(Group(heading, *(_one(drift, each) for each in drift.by_machines)))
    parts += (Text(f"note: {note}") for note in drift.notes)
    return as_text(parts, colours=colours, width=width)


def _head(drift: Drift) -> Text:
    if not drift.by_hand:
        return Text.assemble((plain(drift.stack) or "the stack", "bold"), ": ", ("no drift", "bold green"))
    count = "1 resource" if len(drift.by_hand) == 1 else f"{len(drift.by_hand)} resources"
    if drift.blocked:
        verdict = ("blocked", "bold red")
        rest = f": {count} changed by hand, against the policies or the budget"
    else:
        verdict = ("drift", "bold yellow")
        rest = f": {count} changed by hand; no mandatory rule is broken by it"
    return Text.assemble((plain(drift.stack) or "the stack", "bold"), ": ", verdict, rest)


def _one(drift: Drift, one: Drifted) -> RenderableType:
    sign, word = WORDS[one.operation]
    kind = short_types(each.resource.type for each in (*drift.by_hand, *drift.by_machines))[one.resource.type]
    label = Text.assemble(f"  {sign} ", plain(one.resource.name), (f"  {kind}", "dim"), f"  {word}")
    if one.by:
        label.append(f" by {one.by}", "dim")
    more = list(map(_property, one.properties[:MOST_PROPERTIES]))
    if rest := len(one.properties) - MOST_PROPERTIES:
        more += [Padding(Text(f"and {rest} more, in the JSON", "dim"), (0, 0, 0, 6))] if rest > 0 else []
    expected, worst = drift.delta_usd(one)
    if not one.by and (expected or worst):
        told = f"{signed_dollars(expected)} a month expected, {signed_dollars(worst)} worst case"
        more.append(Padding(Text(told, "cyan"), (0, 0, 0, 6)))
    return Group(label, *more)


def _property(found: PropertyChange) -> Padding:
    old, new = pair(found.old, found.new, LONGEST_VALUE)
    return Padding(Text(f"{plain(found.path)}: {plain(old)} in the state, {plain(new)} now", "dim"), (0, 0, 0, 6))


def _figures(drift: Drift) -> Group:
    rows = [
        Text(f"  {name}: {dollars(old)} → {dollars(new)} a month, {change_between(new, old)}")
        for name, old, new in drift.figures
    ]
    return Group(Text("What that costs", "bold"), *rows)
