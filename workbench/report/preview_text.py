"""The preview for a terminal: 80 columns, readable without colour."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from deployment.graph import Resource
from deployment.urn import name_of
from workbench.preview.changes import Change, Operation, PropertyChange, in_words
from workbench.preview.result import Preview
from workbench.report.money import change_in_dollars, dollars, signed_dollars
from workbench.report.values import pair

if TYPE_CHECKING:
    from policies.assess import Violation

WIDTH: Final = 80
SIGNS: Final = {
    Operation.CREATE: ("+", "green"),
    Operation.UPDATE: ("~", "yellow"),
    Operation.REPLACE: ("±", "magenta"),
    Operation.DELETE: ("-", "red"),
    Operation.SAME: (" ", "dim"),
}
"""Operation -> the sign that says it without colour, and its colour."""

LONGEST_VALUE: Final = 48
"""Characters of an old or new value that are shown; the whole is in the JSON."""

DRIVERS: Final = 6
"""Lines of the cost table; the rest is summed up in one."""


def render(preview: Preview, *, colours: bool) -> str:
    """`preview` as text of at most 80 columns, with ANSI colours when `colours`."""
    console = Console(
        file=StringIO(),
        width=WIDTH,
        force_terminal=colours,
        no_color=not colours,
        color_system="standard" if colours else None,
        highlight=False,
        legacy_windows=False,
    )
    parts: list[RenderableType] = [_title(preview), _changes(preview), _cost(preview), _policies(preview)]
    if preview.prediction is not None:
        parts.append(Text.assemble(("Prediction: ", "bold"), preview.prediction.line()))
    for part in (*parts, _verdict(preview)):
        console.print(part)
        console.print()
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO from above
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


def _title(preview: Preview) -> Text:
    compared = f", compared with {preview.base}" if preview.base else ""
    return Text.assemble(("Preview of ", ""), (preview.stack, "bold"), (compared, ""))


def _changes(preview: Preview) -> Group:
    heading = Text("Resources: " + (in_words(preview.changes, SIGNS) or "none"), "bold")
    shown = [change for change in preview.changes if preview.base is None or change.operation is not Operation.SAME]
    return Group(heading, *_trees(preview, shown))


def _trees(preview: Preview, changes: list[Change]) -> list[RenderableType]:
    """One tree for each root; what is shown hangs under its nearest shown ancestor."""
    shown = {change.resource.urn: change for change in changes}
    nodes: dict[str, Tree] = {}
    roots: list[RenderableType] = []
    for change in sorted(changes, key=lambda change: _place(preview, change.resource)):
        node = Tree(_label(preview, change), guide_style="dim")
        nodes[change.resource.urn] = node
        parent = change.resource.parent
        while parent and parent not in shown:
            above = _resource(preview, parent)
            parent = above.parent if above else None
        if parent and parent in nodes:
            nodes[parent].add(node)
        else:
            roots.append(node)
    return roots


def _place(preview: Preview, resource: Resource) -> tuple[tuple[bool, str, str], ...]:
    """Sort key that puts each resource after its parent, plain resources before components."""
    place: list[tuple[bool, str, str]] = []
    current: Resource | None = resource
    while current is not None:
        place.append((not current.custom, current.name, current.type))
        current = _resource(preview, current.parent or "")
    return tuple(reversed(place))


def _resource(preview: Preview, urn: str) -> Resource | None:
    """The resource as it will be, or as it was when it goes."""
    found = preview.graph.by_urn.get(urn)
    if found is None and preview.base_graph is not None:
        found = preview.base_graph.by_urn.get(urn)
    return found


def _label(preview: Preview, change: Change) -> RenderableType:
    sign, style = SIGNS[change.operation]
    resource = change.resource
    kind = resource.type.rpartition(":")[2]
    label = Text.assemble((f"{sign} ", style), resource.name, (f"  {kind}", "dim"), no_wrap=True, overflow="ellipsis")
    if preview.base is None:
        amount = preview.estimate.by_urn.get(resource.urn, Decimal(0))
        label.append(f"  {dollars(amount)}" if amount else "", "cyan")
    elif delta := preview.delta_usd(change):
        label.append(f"  {signed_dollars(delta)}", "cyan")
    if not change.properties:
        return label
    return Group(label, *map(_property, change.properties))


def _property(found: PropertyChange) -> Padding:
    old, new = pair(found.old, found.new, LONGEST_VALUE)
    words = Text(f"{found.path}: {old} → {new}", "dim")
    if found.forces_replacement:
        words.append("  (forces replacement)", "magenta")
    return Padding(words, (0, 0, 0, 4))


def _cost(preview: Preview) -> Group:
    estimate = preview.estimate
    figures = Table.grid(padding=(0, 2))
    figures.add_column(min_width=24)
    figures.add_column(justify="right")
    figures.add_column()
    before = preview.base_estimate
    for name, amount, meaning in (
        ("floor", estimate.floor_usd, "no traffic"),
        ("expected", estimate.expected_usd, "the declared usage"),
        ("worst case", estimate.worst_case_usd, "fleets at maximum, peak without pause"),
        (
            "list price always-on",
            estimate.list_always_on_usd,
            "of what stays, no allowance" if estimate.basis.parked else "730 h, no allowance",
        ),
    ):
        if name == "expected" and before is not None:
            meaning += f" ({change_in_dollars(estimate.expected_usd - before.expected_usd)})"
        figures.add_row(f"  {name}", dollars(amount), Text(meaning, "dim"))
    heading = Text(f"Cost a month, budget {dollars(estimate.budget_usd)}", "bold")
    hours = Text(f"  {preview.hours_told}")
    parts: list[RenderableType] = [heading, figures, hours, _drivers(preview)]
    if estimate.unpriced:
        parts.append(Text(f"  {len(estimate.unpriced)} not priced, so the figures are too low:", "red"))
        parts += [
            Text(f"    {entry.type} {entry.urn.rpartition('::')[2]}: {entry.reason}") for entry in estimate.unpriced
        ]
    return Group(*parts)


def _drivers(preview: Preview) -> Table:
    """The lines that cost most; every other charge, and what allowances take off, in one line each."""
    estimate = preview.estimate
    top = estimate.top(DRIVERS)
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=24)
    table.add_column(justify="right")
    table.add_column(overflow="ellipsis", no_wrap=True)
    for line in top:
        what = Text(line.item, "dim", no_wrap=True, overflow="ellipsis")
        table.add_row(Text(f"  {line.name}", no_wrap=True), dollars(line.monthly_usd), what)
    rest = sum((line.monthly_usd for line in estimate.charges), Decimal(0)) - sum(
        (line.monthly_usd for line in top), Decimal(0)
    )
    allowances = sum((line.monthly_usd for line in estimate.lines if line.charge is None), Decimal(0))
    if rest:
        table.add_row("  all other charges", dollars(rest), Text("./plant preview --format json lists all", "dim"))
    if allowances:
        table.add_row("  always-free allowances", dollars(allowances), Text("once per account", "dim"))
    return table


def _policies(preview: Preview) -> Group:
    violations = preview.assessment.violations
    waived = len(preview.assessment.waived)
    blocking = sum(1 for violation in violations if violation.enforcement.value == "mandatory")
    summary = f"Policies: {blocking} blocking, {len(violations) - blocking} advisory, {waived} waived"
    return Group(Text(summary, "bold"), *(_violation(violation) for violation in violations))


def _violation(violation: Violation) -> RenderableType:
    mandatory = violation.enforcement.value == "mandatory"
    name = name_of(violation.finding.urn)
    head = Text.assemble(
        ("  blocks  " if mandatory else "  advises ", "bold red" if mandatory else "yellow"),
        violation.rule.id,
        (f"  {name}", "dim"),
        no_wrap=True,
        overflow="ellipsis",
    )
    return Group(head, Padding(Text(violation.finding.message), (0, 0, 0, 10)))


def _verdict(preview: Preview) -> Text:
    if preview.assessment.blocked:
        return Text.assemble(("Verdict: ", "bold"), ("blocked", "bold red"))
    return Text.assemble(("Verdict: ", "bold"), ("pass", "bold green"))
