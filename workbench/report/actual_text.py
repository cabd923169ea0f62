"""The bill beside the estimate, for a terminal: figures and gates first, then where the money went."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cost.estimate import plain as plain_number
from deployment.urn import plain
from workbench.actual.bill import ZERO
from workbench.actual.compare import LEAST_HOURS
from workbench.actual.matching import BY_USAGE
from workbench.report.findings_text import WIDTH, as_text
from workbench.report.money import dollars

if TYPE_CHECKING:
    from workbench.actual.calibration import Calibration
    from workbench.actual.compare import Actual, Gate, Row

MOST_ROWS: Final = 12
"""Rows of a table; the rest is summed up in one."""
LONGEST_PRICE: Final = 36
"""Characters of a price's name beside its figures; a longer one is shown without its service."""
STRANGE: Final = (
    "no line is this stack's, so nothing is judged: is it the bill of its account, is its tag activated? --graph names "
    "its export, --tag its tag"
)
OWN: Final = "(directly under the stack)"


def render(
    actual: Actual, calibration: Calibration, *, colours: bool = False, width: int = WIDTH, everything: bool = False
) -> str:
    """The comparison as lines of at most `width` columns; `everything` lists each resource."""
    parts = [_head(actual), _figures(actual), _components(actual, everything), _apart(actual)]
    parts += [part for part in (_unexplained(actual), _unbilled(actual), _dimensions(actual)) if part is not None]
    if calibration.found or calibration.untold:
        parts.append(_calibration(calibration))
    return as_text(parts, colours=colours, width=width)


def _head(actual: Actual) -> Group:
    files = "1 file" if actual.bill.files == 1 else f"{actual.bill.files} files"
    lines = [Text(f"Bill of {actual.month}: {', '.join(actual.bill.formats)}, {files}", "bold")]
    if actual.begins is not None and actual.ends is not None:
        span = f"lines from {actual.begins:%Y-%m-%d %H:%M} to {actual.ends:%Y-%m-%d %H:%M} UTC"
        if actual.strange:
            lines.append(Text(f"  {span}", "yellow"))
            lines.append(Text(f"  {STRANGE}", "yellow"))
        elif actual.whole:
            lines.append(Text(f"  {span}: the whole month, taken as it is"))
        else:
            hours = plain_number(round(actual.covered_hours, 1))
            if not actual.telling:
                of_it = (
                    f"under {LEAST_HOURS / 24:f} days say nothing of a month, so nothing is judged but what is exceeded"
                )
            elif actual.scale > 1:
                of_it = f"{round(actual.scale, 2)} times it is a month of 730 h"
            else:
                of_it = "taken as a month"
            lines.append(Text(f"  {span}: {hours} h, a part of the month; {of_it}", "yellow"))
    how = "amortised: commitments are shared out over their hours" if actual.basis == "amortised" else "as invoiced"
    lines.append(Text(f"  cost is {how}"))
    lines += [
        Text(f"  not in US dollars, and left out: {plain(code)} {amount:,.2f}", "yellow")
        for code, amount in actual.other_currencies.items()
    ]
    return Group(*lines)


def _figures(actual: Actual) -> Group:
    found = actual.estimate
    table = _grid("left", "right", "left")
    table.add_row("  paid for use", dollars(actual.paid_usd), "" if actual.whole else "so far")
    if actual.scale > 1:
        table.add_row("  at this pace", dollars(actual.paid_usd * actual.scale), "a month")
    table.add_row("  floor", dollars(found.floor_usd), "")
    for gate in actual.gates:
        braked = found.basis.brake is not None and gate.name == "worst case"
        table.add_row(
            f"  {gate.name}{', with the spend brake' if braked else ''}",
            dollars(gate.figure_usd),
            Text(*_verdict(gate)),
        )
    if found.budget_usd.is_finite():
        table.add_row("  budget", dollars(found.budget_usd), _kept(actual))
    parts: list[RenderableType] = [Text("Paid beside estimated, a month", "bold"), table]
    if actual.by_usage_usd:
        told = (
            f"{dollars(actual.by_usage_usd)} of what was paid has neither resource nor tag and is the stack's by its "
            "usage type alone: others of the account may share in it"
        )
        parts.append(Padding(Text(told, "dim"), (0, 0, 0, 2)))
    return Group(*parts)


def _kept(actual: Actual) -> Text:
    """What became of the budget; of a part of a month, so far and at its pace."""
    budget_usd = actual.estimate.budget_usd
    if actual.paid_usd > budget_usd:
        return Text("exceeded", "red")
    if not actual.telling:
        return Text("not judged" if actual.strange else "not exceeded so far")
    if actual.whole:
        return Text("kept")
    over = actual.paid_usd * actual.scale > budget_usd
    return Text("exceeded by the end, at this pace", "red") if over else Text("kept, at this pace")


def _verdict(gate: Gate) -> tuple[str, str]:
    """What became of a gate's word, and its style."""
    if gate.held is None:
        return "not judged yet", "dim"
    so_far = "" if gate.whole else ", at this pace" if gate.telling else " already"
    held = f"{'held' if gate.held else 'more was paid'}{so_far}"
    if gate.right is None:
        return held, "green" if gate.held else "red"
    word = "let it pass" if gate.said == "pass" else "blocked it"
    right = f"{word}: right" if gate.right else f"{word}: wrong"
    return f"{held}; {right}", "green" if gate.right and gate.held else "red" if not gate.right else "yellow"


def _components(actual: Actual, everything: bool) -> Group:
    table = _grid("left", "right", "right", "right", "right")
    table.add_row(*(Text(word, "dim") for word in ("  ", "paid", "floor", "expected", "worst case")))
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in actual.rows:
        groups[row.component or OWN].append(row)
    for component, rows in groups.items():
        table.add_row(Text(f"  {plain(component)}", "bold" if everything else ""), *_sums(rows))
        for row in rows if everything else ():
            mark = " ~" if BY_USAGE in row.how else ""
            table.add_row(Text(f"    {plain(row.name)}{mark}"), *_sums([row]))
    table.add_row(Text("  all", "bold"), *_sums(list(actual.rows)))
    heading = "By resource" if everything else "By component (--all lists resources)"
    marked = everything and any(BY_USAGE in row.how for row in actual.rows)
    more = [Text("  ~ found by usage type alone", "dim")] if marked else []
    return Group(Text(heading, "bold"), table, *more)


def _sums(rows: list[Row]) -> list[str]:
    billed = [row.paid_usd for row in rows if row.paid_usd is not None]
    paid = dollars(sum(billed, ZERO)) if billed else "no line"
    figures = ("floor_usd", "expected_usd", "worst_case_usd")
    return [paid, *(dollars(sum((getattr(row, name) for row in rows), ZERO)) for name in figures)]


def _apart(actual: Actual) -> Group:
    table = _grid("left", "right")
    table.add_row("  paid for the stack's use", dollars(actual.paid_usd))
    if actual.unexplained:
        unexplained = sum((one.paid_usd for one in actual.unexplained), ZERO)
        table.add_row("  lines that no resource explains", dollars(unexplained))
    for name, amount in actual.apart.items():
        table.add_row(f"  {name}", dollars(amount))
    table.add_row(Text("  sum of the files", "bold"), dollars(actual.total_usd))
    return Group(Text("All of the bill", "bold"), table)


def _unexplained(actual: Actual) -> Group | None:
    if not actual.unexplained:
        return None
    parts: list[RenderableType] = [Text("Lines that no resource explains", "bold")]
    for one in actual.unexplained[:MOST_ROWS]:
        lines = "1 line" if one.lines == 1 else f"{one.lines:,} lines"
        parts.append(Text(f"  {dollars(one.paid_usd)}  {plain(one.service)} {plain(one.usage_type)}, {lines}"))
        if one.example:
            parts.append(Padding(Text(plain(one.example), "dim"), (0, 0, 0, 4)))
    rest = actual.unexplained[MOST_ROWS:]
    if rest:
        parts.append(Text(f"  {dollars(sum((one.paid_usd for one in rest), ZERO))}  {len(rest)} others"))
    return Group(*parts)


def _unbilled(actual: Actual) -> Group | None:
    found = actual.unbilled
    if not found:
        return None
    table = _grid("left", "right")
    for row in found[:MOST_ROWS]:
        table.add_row(Text(f"  {plain(row.name)}"), f"{dollars(row.expected_usd)} expected")
    rest = found[MOST_ROWS:]
    if rest:
        table.add_row(f"  {len(rest)} others", f"{dollars(sum((row.expected_usd for row in rest), ZERO))} expected")
    return Group(Text("Resources that no line bills", "bold"), table)


def _dimensions(actual: Actual) -> Group | None:
    if not actual.dimensions:
        return None
    table = _grid("left", "right", "right", "right", "right")
    heads = ("  ", "estimated", "measured", "$ listed", "$ paid")
    table.add_row(*(Text(word, "dim") for word in heads))
    for one in actual.dimensions:
        paid = "" if one.paid_usd is None else _price(one.paid_usd)
        style = "red" if one.dearer else ""
        table.add_row(
            f"  {one.price if len(one.price) <= LONGEST_PRICE else one.price.partition('/')[2]}",
            _quantity(one.expected),
            _quantity(one.measured),
            _price(one.listed_usd),
            Text(paid, style),
        )
    dearer = [one.price for one in actual.dimensions if one.dearer]
    more = [Text(f"  dearer than the catalogue says: {', '.join(dearer)}", "red")] if dearer else []
    return Group(Text("Use and unit prices", "bold"), table, *more)


def _calibration(calibration: Calibration) -> Group:
    parts: list[RenderableType] = [Text("Settings, measured", "bold")]
    for one in calibration.found:
        change = (
            f"{one.declared:f} → {one.measured:f}" if one.declared != one.measured else f"{one.measured:f}, as declared"
        )
        parts.append(Text.assemble("  ", (".".join(one.path), "bold"), f": {change}"))
        parts.append(Padding(Text(one.how, "dim"), (0, 0, 0, 4)))
    if calibration.untold:
        parts.append(Text("  not told:", "dim"))
    reasons: dict[str, list[str]] = defaultdict(list)
    for left in calibration.untold:
        reasons[left.why].append(left.setting.removeprefix("plant:"))
    for why, names in reasons.items():
        parts.append(Padding(Text(f"{', '.join(names)}: {why}", "dim"), (0, 0, 0, 4)))
    return Group(*parts)


def _quantity(number: Decimal) -> str:
    return f"{round(number, 3 if abs(number) < 1000 else 0):,}"


def _price(usd: Decimal) -> str:
    """Dollars a unit to seven digits after the point; a price of millionths is still one."""
    return f"{round(usd, 7).normalize():f}"


def _grid(*justify: str) -> Table:
    table = Table.grid(padding=(0, 2))
    for one in justify:
        # "left" and "right" are what it takes; figures stay whole.
        table.add_column(justify=one, no_wrap=one == "right", overflow="fold")  # type: ignore[arg-type]
    return table
