"""The preview for a terminal: the verdict and its reason first, then dollars, then what is behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from deployment.graph import Resource
from workbench.preview.changes import Change, Operation, PropertyChange, in_words
from workbench.preview.result import Preview
from workbench.report.findings_text import WIDTH, Hanging, as_text, summary, verdict, violations, waived
from workbench.report.money import change_between, change_in_dollars, dollars, shown, signed_dollars
from workbench.report.names import resource_name, short_types
from workbench.report.values import pair

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
NARROW: Final = 64
"""Columns from which there is room to say what a figure means."""
MOST_CHANGES: Final = 20
"""Changed resources that are shown one by one; more are counted by component."""


def render(preview: Preview, *, colours: bool = False, width: int = WIDTH, everything: bool = False) -> str:
    """`preview` as text of at most `width` columns, with ANSI colours when `colours`.

    `everything` lists every resource, charge and waiver, which are summed up otherwise.
    """
    assessment = preview.assessment
    advice = [violation for violation in assessment.violations if violation not in preview.blocking]
    parts: list[RenderableType] = [_verdict(preview), *violations(preview.blocking), _cost(preview, everything, width)]
    if preview.base is not None:
        parts += _dearer(preview)
    if preview.prediction is not None:
        sentences = preview.prediction.sentences if everything else preview.prediction.in_short
        told = (Hanging(Text(sentence)) for sentence in sentences)
        parts.append(Group(Text("Prediction", "bold"), *told))
    parts += violations(advice)
    parts.append(Group(summary(assessment), *(waived(assessment) if everything else ())))
    parts.append(_changes(preview, everything))
    parts.append(_verdict(preview) if everything else Text("--all lists every resource, charge and waiver", "dim"))
    return as_text(parts, colours=colours, width=width)


def _verdict(preview: Preview) -> Group:
    compared = "" if preview.base is None else f", compared with {preview.base}"
    if preview.base is not None and preview.base_graph is None and preview.base_estimate is None:
        compared += ", which has no such stack" + "".join(f"; {name} is gone, or renamed" for name in preview.base_gone)
    head = Text.assemble((preview.stack, "bold"), ": ", verdict(preview.assessment), compared)
    return Group(head, Padding(Text(preview.reason), (0, 0, 0, 2)))


def _changes(preview: Preview, everything: bool) -> Group:
    heading = Text("Resources: " + (in_words(preview.changes, SIGNS) or "none"), "bold")
    shown = [change for change in preview.changes if preview.base is None or change.operation is not Operation.SAME]
    if everything or (preview.base is not None and len(shown) <= MOST_CHANGES):
        return Group(heading, *_trees(preview, shown))
    return Group(heading, _by_component(preview, shown))


def _by_component(preview: Preview, changes: list[Change]) -> Table:
    """What happens, summed up for each component right below the root."""
    resources: dict[str, list[Change]] = {}
    for change in changes:
        # a component has dollars of its own where it is charged a share of what others keep
        if change.resource.custom or _usd(preview, change):
            resources.setdefault(_component(preview, change.resource), []).append(change)
    short = short_types(change.resource.type for members in resources.values() for change in members)
    table = _table()
    for component in sorted(resources, key=lambda name: (-_sum_usd(preview, resources[name]), name)):
        members = resources[component]
        kinds = Counter(short[change.resource.type] for change in members if change.resource.custom)
        what = ", ".join(f"{count} {kind}" if count > 1 else kind for kind, count in kinds.most_common())
        usd = _sum_usd(preview, members)
        amount = "" if not usd else dollars(usd) if preview.base is None else signed_dollars(usd)
        table.add_row(f"  {component}", amount, _rest(what))
    return table


def _table() -> Table:
    """Name, dollars, and a rest that gives way where the terminal is narrow: names and amounts stay whole."""
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=24, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    return table


def _add_whole(table: Table, values: Iterable[str]) -> None:
    """A column of amounts, none of which a narrow terminal cuts."""
    table.add_column(justify="right", no_wrap=True, min_width=max(map(len, values), default=0))


def _rest(text: str) -> Text:
    return _cut(text, "dim")


def _cut(text: str, style: str = "") -> Text:
    """What a narrow terminal may cut."""
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def _sum_usd(preview: Preview, changes: list[Change]) -> Decimal:
    return sum((_usd(preview, change) for change in changes), Decimal(0))


def _usd(preview: Preview, change: Change) -> Decimal:
    """Expected dollars of the resource; against a base, what changes of them."""
    if preview.base is None:
        return preview.estimate.by_urn.get(change.resource.urn, Decimal(0))
    return preview.delta_usd(change)


def _component(preview: Preview, resource: Resource) -> str:
    """Name of the component right below the root that `resource` belongs to, or is."""
    above: list[Resource] = []
    current = _resource(preview, resource.parent or "") if resource.custom else resource
    while current is not None and current.type != "pulumi:pulumi:Stack":
        above.append(current)
        current = _resource(preview, current.parent or "")
    return above[-2].name if len(above) > 1 else above[-1].name if above else "(directly under the stack)"


def _dearer(preview: Preview) -> list[RenderableType]:
    """What costs more or less than before, by resource: expected and worst case."""
    found = preview.dearer
    if not found:
        return []
    rows = [(change.resource.name, expected, worst) for change, expected, worst in found[:MOST_CHANGES]]
    rest = found[MOST_CHANGES:]
    if rest:
        expected_usd = sum((entry[1] for entry in rest), Decimal(0))
        rows.append((f"{len(rest)} others", expected_usd, sum((entry[2] for entry in rest), Decimal(0))))
    told = [(name, change_in_dollars(expected), change_in_dollars(worst)) for name, expected, worst in rows]
    table = Table.grid(padding=(0, 2))
    table.add_column()
    _add_whole(table, ("expected", *(row[1] for row in told)))
    _add_whole(table, ("worst case", *(row[2] for row in told)))
    table.add_row(_rest("  at list price"), Text("expected", "dim"), Text("worst case", "dim"))
    for row in told:
        table.add_row(_cut(f"  {row[0]}"), *row[1:])
    return [Group(Text("What gets dearer or cheaper", "bold"), table)]


def _trees(preview: Preview, changes: list[Change]) -> list[RenderableType]:
    """One tree for each root; what is shown hangs under its nearest shown ancestor."""
    shown = {change.resource.urn: change for change in changes}
    kinds = short_types(change.resource.type for change in changes)
    nodes: dict[str, Tree] = {}
    roots: list[RenderableType] = []
    for change in sorted(changes, key=lambda change: _place(preview, change.resource)):
        node = Tree(_label(preview, change, kinds[change.resource.type]), guide_style="dim")
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


def _label(preview: Preview, change: Change, kind: str) -> RenderableType:
    sign, style = SIGNS[change.operation]
    resource = change.resource
    label = Text.assemble((f"{sign} ", style), resource.name, (f"  {kind}", "dim"), no_wrap=True, overflow="ellipsis")
    if usd := _usd(preview, change):
        label.append(f"  {dollars(usd) if preview.base is None else signed_dollars(usd)}", "cyan")
    if not change.properties:
        return label
    return Group(label, *map(_property, change.properties))


def _property(found: PropertyChange) -> Padding:
    old, new = pair(found.old, found.new, LONGEST_VALUE)
    words = Text(f"{found.path}: {old} → {new}", "dim")
    if found.forces_replacement:
        words.append("  (forces replacement)", "magenta")
    return Padding(words, (0, 0, 0, 4))


def _cost(preview: Preview, everything: bool, width: int) -> Group:
    estimate = preview.estimate
    before = preview.base_estimate
    rows: list[tuple[str, Text, str, str]] = []
    for name, amount, old, meaning in (
        ("floor", estimate.floor_usd, None if before is None else before.floor_usd, "no traffic"),
        ("expected", estimate.expected_usd, None if before is None else before.expected_usd, "the declared usage"),
        (
            "worst case",
            estimate.worst_case_usd,
            None if before is None else before.worst_case_usd,
            "fleets at maximum, peak without pause",
        ),
        *(
            [
                (
                    "  with the spend brake",
                    estimate.bounded_usd,
                    None if before is None else before.bounded_usd,
                    "fleets at their minimum once it pays for no more",
                )
            ]
            if estimate.basis.brake
            else []
        ),
        (
            "list price always-on",
            estimate.list_always_on_usd,
            None if before is None else before.list_always_on_usd,
            "of what stays, no allowance" if estimate.basis.parked else "730 h, no allowance",
        ),
    ):
        over = amount > estimate.budget_usd and name not in ("floor", "list price always-on")
        change = "" if old is None else change_between(amount, old)
        rows.append((f"  {name}", Text(dollars(amount), "red" if over else ""), change, meaning))
    figures = Table.grid(padding=(0, 2))
    least = max(len(row[0]) for row in rows) if before else 24
    figures.add_column(min_width=least if width >= NARROW else 0)
    _add_whole(figures, (row[1].plain for row in rows))
    if before is not None:
        _add_whole(figures, (row[2] for row in rows))
    if width >= NARROW:
        figures.add_column()
    for name, amount_shown, change, meaning in rows:
        after = (*(() if before is None else (change,)), *((_rest(meaning),) if width >= NARROW else ()))
        figures.add_row(_cut(name), amount_shown, *after)
    heading = Text(f"Cost a month, budget {dollars(estimate.budget_usd)}", "bold")
    parts: list[RenderableType] = [heading, figures, Hanging(Text(preview.hours_told))]
    parts += [Text("  charges of the expected month:", "dim"), _drivers(preview, everything)]
    if estimate.unpriced:
        parts.append(Text(f"  {len(estimate.unpriced)} not priced, so the figures are too low:", "red"))
        parts += [Text(f"    {entry.type} {resource_name(entry.urn)}: {entry.reason}") for entry in estimate.unpriced]
        parts += [Hanging(Text(sentence)) for sentence in estimate.lacking_told]
    return Group(*parts)


def _drivers(preview: Preview, everything: bool) -> Table:
    """The lines that cost most; every other charge, and what allowances take off, in one line each.

    At list price, so that none hides behind the allowance that pays for it; what is shown adds up to the cent.
    """
    estimate = preview.estimate
    ranked = sorted(estimate.charges, key=lambda line: line.monthly_usd, reverse=True)
    top = ranked if everything else ranked[:DRIVERS]
    table = _table()
    for line in top:
        table.add_row(f"  {line.name}", dollars(line.monthly_usd), _rest(line.item))
    allowances = shown(sum((line.monthly_usd for line in estimate.lines if line.charge is None), Decimal(0)))
    rest = shown(estimate.expected_usd) - allowances - sum((shown(line.monthly_usd) for line in top), Decimal(0))
    if rest:
        table.add_row("  all other charges", dollars(rest), _rest("--all lists them"))
    if allowances:
        table.add_row("  always-free allowances", dollars(allowances), _rest("once per account"))
    return table
