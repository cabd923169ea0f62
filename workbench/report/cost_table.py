"""The cost of stacks for a terminal: verdict and reason, four figures, the largest charges, what to set; or all lines.

What a reader needs fits on one screen, whatever the program; the rest is there on request.
"""

from __future__ import annotations

import io
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import click

from cost.estimate import plain
from cost.money import cents
from workbench.report.money import dollars, shown, signed_dollars

if TYPE_CHECKING:
    from cost import Estimate, Line
    from cost.compare import Change, Comparison
    from workbench.cost.priced import PricedFile

WIDTH: Final = 80
"""Columns where there is no terminal to ask."""
QUANTITY_WIDTH: Final = 10
MONTHLY_WIDTH: Final = 11
LEAST_NAME_WIDTH: Final = 24
OWN: Final = "(directly under the stack)"
LARGEST: Final = 6
"""Charges, changes and so on that are shown where all would not fit on a screen."""
MOST_TRIED: Final = 400
"""Resources of a stack for which ways back into the budget are looked for without being asked to."""


@dataclass(frozen=True, slots=True)
class Sections:
    """What to show beside the lines and the figures."""

    levers: bool = False
    controls: bool = False
    rollout: bool = False
    quantiles: bool = False
    everything: bool = False
    """Every charge with its quantity and every assumed number of use, instead of the largest."""


class _Page:
    """Text that grows line by line, with bold headings where colours are wanted."""

    def __init__(self, colours: bool, width: int) -> None:
        self.text = io.StringIO()
        self.colours = colours
        self.width = width
        self.unit_width = 0

    @property
    def name_width(self) -> int:
        """What is left for names; units stay whole."""
        return max(self.width - QUANTITY_WIDTH - 2 - self.unit_width - MONTHLY_WIDTH, LEAST_NAME_WIDTH)

    @property
    def narrow(self) -> bool:
        """Whether the columns do not fit beside one another."""
        return self.name_width + QUANTITY_WIDTH + 2 + self.unit_width + MONTHLY_WIDTH > self.width

    def _narrow_row(self, name: str, amount: str, monthly: str) -> None:
        """The amount below the name; the dollars stay at the right edge."""
        if amount.strip():
            self.line(_cut(name, self.width))
            name = f"     {amount}"
        room = self.width - len(monthly) - 1
        self.line(f"{_cut(name, room):<{room}} {monthly}")

    def figure(self, name: str, usd: str, meaning: str) -> None:
        """One of the four figures; what it means goes below where it does not fit beside it."""
        text = f"  {name:<22}{usd:>12}"
        if len(text) + 2 + len(meaning) <= self.width:
            self.line(f"{text}  {meaning}")
        else:
            self.line(text)
            self.wrapped(meaning, "    ")

    def line(self, text: str = "") -> None:
        self.text.write(text.rstrip() + "\n")

    def heading(self, text: str) -> None:
        self.line()
        self.line(click.style(text, bold=True) if self.colours else text)

    def alarm(self, text: str) -> None:
        self.wrapped(text, "  ", "red")

    def wrapped(self, text: str, indent: str = "  ", colour: str | None = None, further: str = "") -> None:
        width = self.width - len(indent)
        for row in textwrap.wrap(text, width, break_on_hyphens=False, subsequent_indent=further) or [""]:
            self.line(indent + (click.style(row, fg=colour) if colour and self.colours else row))

    def row(self, name: str, quantity: str, unit: str, monthly: str) -> None:
        width = self.name_width
        if self.narrow:
            self._narrow_row(name, f"{quantity} {unit}", monthly)
            return
        name = _cut(name, width)
        self.line(f"{name:<{width}}{quantity:>{QUANTITY_WIDTH}}  {unit:<{self.unit_width}}{monthly:>{MONTHLY_WIDTH}}")


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def render(priced: Sequence[PricedFile], sections: Sections, *, colours: bool = False, width: int = WIDTH) -> str:
    """The table of each file, one after the other, `width` columns wide."""
    page = _Page(colours, width)
    for file in priced:
        page.heading(f"{file.source}" + (f" (stack {file.stack})" if file.stack else ""))
        _verdict(page, file, len(priced))
        _figures(page, file, whole := sections.everything or len(file.estimate.charges) <= LARGEST)
        _unpriced(page, file, sections.everything)
        if file.comparison is not None:
            _comparison(page, file, sections.everything)
        if whole:
            _lines(page, file.estimate)
            _assumed(page, file.estimate)
        else:
            _largest(page, file.estimate)
        _notes(page, file.estimate, whole)
        _more(page, file, sections)
        if not whole:
            page.line()
            page.wrapped("--all lists every charge; --levers what would save", "")
    if len(priced) > 1:
        total = sum((file.estimate.expected_usd for file in priced), Decimal(0))
        page.heading(f"All {len(priced)} files: {dollars(total)} a month expected")
    return page.text.getvalue().lstrip("\n")


def in_cents(estimate: Estimate) -> dict[int, Decimal]:
    """Identity of each line -> its whole cents, which add up to the total, and those of allowances to what every screen
    says of them. Lines may be equal: two volumes of one size."""
    off = [line for line in estimate.lines if line.charge is None]
    allowed = cents([line.monthly_usd for line in off])
    rest_usd = shown(estimate.expected_usd) - sum(allowed, Decimal(0))
    charged = cents([line.monthly_usd for line in estimate.charges], rest_usd)
    return dict(zip(map(id, (*estimate.charges, *off)), (*charged, *allowed), strict=True))


def _lines(page: _Page, estimate: Estimate) -> None:
    """Components with their resources and lines. Cents are shared out so that they add up to the total."""
    shown = in_cents(estimate)
    tree: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in estimate.charges:
        tree[line.component or OWN][line.urn].append(line)
    page.unit_width = max((len(line.price.unit) for line in estimate.lines), default=len("Unit"))
    page.line()
    page.row("Name", "Quantity", "Unit", "Monthly")
    page.line("─" * page.width)
    for component, resources in tree.items():
        every = [line for lines in resources.values() for line in lines]
        page.row(component, "", "", dollars(_sum(shown, every)))
        for lines in resources.values():
            page.row(f"  {lines[0].name}", "", "", "")
            for position, line in enumerate(lines):
                branch = "└─" if position == len(lines) - 1 else "├─"
                page.row(f"  {branch} {line.item}", _quantity(line), line.price.unit, _monthly(line, shown[id(line)]))
    allowances = [line for line in estimate.lines if line.charge is None]
    if allowances:
        page.row("Always free, once an account", "", "", dollars(_sum(shown, allowances)))
        for line in allowances:
            page.row(f"  {line.item.partition(': ')[2]}", _quantity(line), line.price.unit, dollars(shown[id(line)]))
    page.line("─" * page.width)
    usage = [line for line in estimate.charges if line.usage_based]
    base = [line for line in estimate.charges if not line.usage_based]
    page.row("Baseline", "", "", dollars(_sum(shown, base)))
    page.row("Usage (*)", "", "", dollars(_sum(shown, usage)))
    if allowances:
        page.row("Allowances", "", "", dollars(_sum(shown, allowances)))
    page.row("Expected total", "", "", dollars(_sum(shown, estimate.lines)))


def _assumed(page: _Page, estimate: Estimate) -> None:
    """Each number of use that nobody gave, with its price."""
    assumed = [line for line in estimate.charges if line.assumed]
    if assumed:
        page.line()
        page.wrapped("Depends on usage, and nobody gave any; a stated default is counted as expected:", "")
        for line in assumed:
            page.wrapped(
                f"{line.name}: {line.item}: ${line.price.usd} per {line.price.unit}, counted {_quantity(line)}", "  "
            )


def _largest(page: _Page, estimate: Estimate) -> None:
    """The largest charges with their shares of the month; the rest and the allowances in a line each."""
    shown = in_cents(estimate)
    ranked = sorted(estimate.charges, key=attrgetter("monthly_usd"), reverse=True)
    top, rest = ranked[:LARGEST], ranked[LARGEST:]
    page.heading(f"Largest of {len(ranked)} charges a month")
    rows = [(line.name, line.item, _monthly(line, shown[id(line)])) for line in top]
    rows.append((f"{len(rest)} other charges", "", dollars(_sum(shown, rest)) + "  "))
    allowances = [line for line in estimate.lines if line.charge is None]
    if allowances:
        rows.append(("always free, once an account", "", dollars(_sum(shown, allowances)) + "  "))
    names = min(max(len(name) for name, item, _ in rows if item), page.width // 3)
    for name, item, monthly in rows:
        label = f"  {_cut(name, names):<{names}}  {item}" if item else f"  {name}"
        page.line(
            f"{_cut(label, page.width - MONTHLY_WIDTH - 1):<{page.width - MONTHLY_WIDTH}}{monthly:>{MONTHLY_WIDTH}}"
        )
    if any(line.usage_based for line in top):
        page.line("  * depends on use")


def _notes(page: _Page, estimate: Estimate, whole: bool) -> None:
    """What a reader of the figures has to know; how much rests on use that nobody gave, where that is not listed."""
    assumed = [line for line in estimate.charges if line.assumed] if not whole else []
    notes = list(estimate.told)
    if assumed:
        usd = sum(map(attrgetter("monthly_usd"), assumed), Decimal(0))
        notes.insert(
            0,
            f"to set: numbers of use (--usage FILE, docs/cost.md); nobody gave those of {len(assumed)}"
            f" charge{'s' if len(assumed) > 1 else ''}, and stated defaults count {dollars(usd)}",
        )
    if notes:
        page.heading("Notes")
    for note in notes:
        page.wrapped(note, further="  ")


def _figures(page: _Page, file: PricedFile, whole: bool) -> None:
    """The four figures, and what they rest on."""
    estimate = file.estimate
    page.heading("Cost a month" + (f", budget {dollars(estimate.budget_usd)}" if file.judged else ""))
    for name, usd, meaning in (
        ("floor", estimate.floor_usd, "no traffic"),
        ("expected", estimate.expected_usd, "the declared usage"),
        ("worst case", estimate.worst_case_usd, "fleets at maximum, peak without pause"),
        *(
            [("with the spend brake", estimate.bounded_usd, "fleets at their minimum once it pays for no more")]
            if estimate.basis.brake
            else []
        ),
        ("list price always-on", estimate.list_always_on_usd, "730 h, no allowance"),
    ):
        page.figure(name, dollars(usd), meaning)
    page.wrapped(estimate.hours_priced + (f"; {estimate.bought_told}" if file.judged else ""))
    if whole or estimate.basis.tenancy == "shared":
        page.wrapped(estimate.basis.allocation)
    if not whole:  # the largest charges follow
        return
    shown = in_cents(estimate)
    net = [
        # in the cents that its row has, unless an allowance takes some off
        (line, shown[id(line)] if (usd := estimate.net_usd(line)) == line.monthly_usd else usd)
        for line in estimate.top()
    ]
    drivers = ", ".join(f"{line.name} {dollars(usd)}" for line, usd in net if usd > 0)
    if drivers:
        page.wrapped(f"driven by {drivers}")


def _comparison(page: _Page, file: PricedFile, everything: bool) -> None:
    comparison = file.comparison
    if comparison is None:
        return
    page.heading("Against the base")
    width = page.width - 48
    narrow = width < LEAST_NAME_WIDTH

    def told(name: str, old: str, new: str, expected: str, worst: str) -> None:
        """Where five columns do not fit, the name has a line of its own."""
        if narrow:
            page.line(_cut(name, page.width))
            page.wrapped(f"{old} to {new}: {expected}; worst case {worst}", "    ")
        else:
            page.line(f"{_cut(name, width - 1):<{width}}{old:>12}{new:>12}{expected:>12}{worst:>12}")

    def row(name: str, change: Change | Comparison) -> None:
        """The change is the difference of what is shown beside it."""
        expected = signed_dollars(shown(change.new_usd) - shown(change.old_usd))
        worst = signed_dollars(shown(change.new_worst_usd) - shown(change.old_worst_usd))
        told(name, dollars(change.old_usd), dollars(change.new_usd), expected, worst)

    if not narrow:
        told("Resource", "Old", "New", "Change", "Worst case")
    changes = sorted(comparison.changes, key=lambda change: -abs(change.new_worst_usd - change.old_worst_usd))
    for change in comparison.changes if everything or len(changes) <= LARGEST else changes[:LARGEST]:
        row(change.name, change)
    if not everything and len(changes) > LARGEST:
        page.line(f"({len(changes) - LARGEST} others)")
    row("Total", comparison)


def _more(page: _Page, file: PricedFile, sections: Sections) -> None:
    from workbench.report import cost_sections

    for wanted, section in (
        (sections.levers, cost_sections.levers),
        (sections.controls, cost_sections.controls),
        (sections.rollout, cost_sections.rollout),
        (sections.quantiles, cost_sections.quantiles),
    ):
        if wanted:
            title, rows = section(file)
            page.heading(title)
            for row in rows:
                page.wrapped(row)


def _unpriced(page: _Page, file: PricedFile, everything: bool) -> None:
    if not file.estimate.unpriced:
        return
    page.heading(f"{len(file.estimate.unpriced)} not priced, so the figures are too low")
    unpriced = file.estimate.unpriced
    for entry in unpriced if everything else unpriced[:LARGEST]:
        page.alarm(f"{entry.type} {entry.urn.rpartition('::')[2]}: {entry.reason}")
    if not everything and len(unpriced) > LARGEST:
        page.alarm(f"and {len(unpriced) - LARGEST} others")
    for sentence in file.estimate.lacking_told:
        page.alarm(sentence)


def _verdict(page: _Page, file: PricedFile, files: int) -> None:
    """What the file costs and whether that blocks, with the reason."""
    estimate = file.estimate
    if file.over_budget:
        figure, usd = (
            ("expected", estimate.expected_usd)
            if estimate.expected_usd > estimate.budget_usd
            else (f"the worst case{' with the spend brake' if estimate.basis.brake else ''}", estimate.bounded_usd)
        )
        over, budget = dollars(usd - estimate.budget_usd), dollars(estimate.budget_usd)
        page.alarm(f"blocked: {figure}, {dollars(usd)} a month, is {over} over the budget of {budget}")
        if way := _way(file):
            page.wrapped(f"to set: {way}")
    if estimate.unpriced:
        page.alarm("blocked: a resource without a price is never counted as free")
    if not file.blocked:
        figures = f"{dollars(estimate.expected_usd)} a month is expected"
        page.wrapped(
            f"pass: {figures}, within the budget of {dollars(estimate.budget_usd)}"
            if file.judged
            else f"{figures}; no budget applies: --limit USD gives one"
        )
    if shown(estimate.expected_usd) != shown(listed := estimate.total_usd("expected", allowances=False)):
        share = estimate.basis.allowance_share
        all_of_them = "as if alone in the account" if files == 1 else f"once for the {files} files together"
        counted = all_of_them if share == 1 else f"{share * 100:.0f} % of them"
        page.wrapped(f"without the account's allowances {dollars(listed)} is expected; counted: {counted}")


def _way(file: PricedFile) -> str:
    """The fewest known changes that bring the stack within its budget; a stack too large to try them is told how."""
    from cost.levers import cheapest_set

    if len(file.graph.resources) > MOST_TRIED:
        return "`--levers` tries what would save"
    best = cheapest_set(file.graph, file.estimate)
    if best is None:
        return "no known change is enough; --levers lists what saves"
    return f"{best.what} (then {dollars(best.expected_usd)}, worst case {dollars(best.worst_case_usd)})"


def _sum(shown: dict[int, Decimal], lines: Iterable[Line]) -> Decimal:
    return sum(map(shown.__getitem__, map(id, lines)), Decimal(0))


def _quantity(line: Line) -> str:
    whole = round(line.quantity, 3)
    return plain(whole) if whole or not line.quantity else "<0.001"


def _monthly(line: Line, usd: Decimal) -> str:
    amount = "<$0.01" if not usd and line.monthly_usd else dollars(usd)
    return f"{amount}{' *' if line.usage_based else '  '}"
