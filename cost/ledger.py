"""Many stacks of an account without holding their lines: what each is charged, added up by price.

`cost.account.settle` does the same for stacks whose lines are at hand. Here a stack is a few entries, so that an
account of thousands is settled in two passes: the first adds up what belongs to the account, the second says what of it
each entry gets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cost.account import FIGURES, quantities
from cost.allowances import Bill, allowances, relief, wanted
from cost.catalogue import price_at
from cost.charges import ZERO
from cost.estimate import Line
from cost.money import line_usd

DOLLARS: Final = ("floor_usd", "monthly_usd", "worst_case_usd", "list_always_on_usd")
"""Dollar fields of a line, in the order in which an entry holds them."""

RELIEVED: Final = tuple(FIGURES.values())
"""Those that allowances are taken off; the list price always-on has none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Charges of one stack that share a price and the caller's `keys`, added up."""

    price: str
    """``region/service/key``."""
    allowed: bool
    """False when the allowance of the price doesn't cover them."""
    keys: tuple[str, ...]
    """What the caller tells charges apart by: account, Region, tags."""
    quantities: tuple[Decimal, ...]
    """Units of the price, by `DOLLARS`."""
    usd: tuple[Decimal, ...]
    """At list price, by `DOLLARS`."""


def entries(charges: Iterable[Line], keys: Callable[[Line], tuple[str, ...]]) -> list[Entry]:
    """`charges` of one estimate, added up by price and `keys`, in the order of both."""
    sums: dict[tuple[str, bool, tuple[str, ...]], tuple[list[Decimal], list[Decimal]]] = {}
    for line in charges:
        assert line.charge is not None  # noqa: S101 - only charges are given
        amounts, usd = sums.setdefault(
            (line.price.path, line.charge.allowed, keys(line)), ([ZERO] * len(DOLLARS), [ZERO] * len(DOLLARS))
        )
        for position, (field, quantity) in enumerate(quantities(line)):
            amounts[position] += quantity
            usd[position] += getattr(line, field)
    return [Entry(*key, tuple(amounts), tuple(usd)) for key, (amounts, usd) in sorted(sums.items())]


class Ledger:
    """What one account holds: always-free allowances and the tiers of prices, over all its stacks."""

    def __init__(self) -> None:
        self._totals: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * len(DOLLARS))
        self._wants: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * len(RELIEVED))
        self._dollars: dict[str, list[Decimal] | None] = {}
        """Of each tiered price what the account pays; None within the first tier."""

    def add(self, held: Sequence[Entry], share: Decimal) -> None:
        """Count the entries of one stack, which counts on `share` (0 to 1) of the account's allowances."""
        for entry in held:
            if (price := price_at(entry.price)) is not None and price.tiers:
                total = self._totals[entry.price]
                for position, quantity in enumerate(entry.quantities):
                    total[position] += quantity
        if share:
            for figure in range(len(RELIEVED)):
                for name, amount in wanted(_bills(held, [entry.usd for entry in held], figure), share).items():
                    self._wants[name][figure] += amount

    def settled(self, held: Sequence[Entry], share: Decimal) -> list[tuple[Decimal, ...]]:
        """Dollars of each entry of one stack, by `DOLLARS`, once all stacks are added: tiers and allowances are those
        of the account, and each allowance is taken off the charges that it covers in proportion to them."""
        usd = [[self._at_mean(entry, figure) for figure in range(len(DOLLARS))] for entry in held]
        if share:
            for figure in range(len(RELIEVED)):
                bills = list(_bills(held, usd, figure))
                taken = {one.price.path: one.usd for one in relief(bills, self._granted(wanted(bills, share), figure))}
                charged: dict[str, Decimal] = defaultdict(Decimal)
                for price, _, dollars in bills:
                    charged[price.path] += dollars
                for entry, own in zip(held, usd, strict=True):
                    if entry.allowed and taken.get(entry.price) and charged[entry.price]:
                        off = taken[entry.price] * own[figure] / charged[entry.price]
                        own[figure] = line_usd(own[figure] - off)
        return [tuple(dollars) for dollars in usd]

    def _at_mean(self, entry: Entry, figure: int) -> Decimal:
        """Dollars of the entry at the mean price of all that the account uses of it, where that is more than the first
        tier of the price."""
        if entry.price not in self._totals:
            return entry.usd[figure]
        totals = self._totals[entry.price]
        if entry.price not in self._dollars:
            price = price_at(entry.price)
            assert price is not None  # noqa: S101 - `add` has found it
            end = price.tiers[0].up_to
            reached = end is not None and max(totals) > end
            self._dollars[entry.price] = [line_usd(price.cost(total)) for total in totals] if reached else None
        dollars = self._dollars[entry.price]
        if dollars is None or not totals[figure]:
            return entry.usd[figure]
        return line_usd(dollars[figure] * entry.quantities[figure] / totals[figure])

    def _granted(self, want: Mapping[str, Decimal], figure: int) -> dict[str, Decimal]:
        """What a stack that wants so much gets: all of it, or its part of what there is."""
        known = {each.name: each.amount for each in allowances().values()}
        totals = {name: self._wants[name][figure] for name in want}
        return {
            name: amount if totals[name] <= known[name] else amount * known[name] / totals[name]
            for name, amount in want.items()
        }


def _bills(held: Sequence[Entry], usd: Sequence[Sequence[Decimal]], figure: int) -> Iterator[Bill]:
    for entry, dollars in zip(held, usd, strict=True):
        if entry.allowed and (price := price_at(entry.price)) is not None:
            yield price, entry.quantities[figure], dollars[figure]
