"""Prices a graph: asks the pricer of every resource for its charges, and works out the four figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from cost.allowances import Relief, relief
from cost.basis import Basis, basis_of
from cost.budget import hours_bought
from cost.catalogue import Catalogue, MissingPrice, Price
from cost.charges import Charge, Unpriced
from cost.estimate import Estimate, Line, UnpricedResource
from cost.money import line_usd
from cost.registry import free_reason, pricer_of
from cost.scope import Pricing, Scope
from cost.transfers import Transfer, transfer_charges
from cost.uptime import ALWAYS_ON, Metering, Uptime
from deployment.graph import Resource, ResourceGraph
from deployment.quiet import no_garbage_collection

NO_LIMIT_USD: Final = Decimal("Infinity")
"""Limit of a stack for which neither the pack nor the stack itself names one."""

SHAPE_ERRORS: Final = (
    TypeError,
    ValueError,
    AttributeError,
    KeyError,
    IndexError,
    ArithmeticError,
    RecursionError,
)
"""What reading a property of an unexpected shape raises."""

ALLOWANCE_TYPE: Final = "account:allowance"
"""Type of the lines that take an account's allowance off."""


def estimate(
    graph: ResourceGraph,
    *,
    limit_usd: Decimal = NO_LIMIT_USD,
    usage: Mapping[str, Mapping[str, Decimal]] | None = None,
    transfers: Iterable[Transfer] = (),
    region: str | None = None,
    always_free_allowances: bool | None = None,
    basis: Basis | None = None,
) -> Estimate:
    """What `graph` costs in a month.

    `limit_usd` is the budget of the pack, `NO_LIMIT_USD` where it has none; a stack may declare a lower one.
    `usage` holds numbers of use by
    URN (``cost.usage.resolve``), `transfers` data that belongs to no resource. `region` prices
    everything that names no region of its own there. `always_free_allowances` overrides what the stack
    declares; `basis` replaces all that it declares.

    Raises InputError when the declared basis is wrong, or a region has no prices. What merely has no price
    is no error: it is in ``Estimate.unpriced``, and blocks.
    """
    found = basis or basis_of(graph)
    if region is not None:
        Catalogue(region)
        found = replace(found, region=region)
    if always_free_allowances is not None:
        found = replace(found, always_free_allowances=always_free_allowances)
    limit = limit_usd if found.stack_limit_usd is None else min(limit_usd, found.stack_limit_usd)
    with no_garbage_collection():
        return _estimate(Pricing(graph, found, usage or {}), limit, transfers)


def _estimate(pricing: Pricing, limit_usd: Decimal, transfers: Iterable[Transfer]) -> Estimate:
    graph, found = pricing.graph, pricing.basis
    bill = _Bill(found)
    free: dict[str, str] = {}
    if found.tenancy == "shared" and found.root is not None and not found.parked:
        from cost.shared import increment

        bill.add(found.root, found.root.name, increment(Scope(pricing, found.root)))
    for resource in graph:
        if not resource.custom or resource.type.startswith("pulumi:") or resource.options.get("external"):
            continue
        if (pricer := pricer_of(resource.type)) is not None:
            bill.add(resource, graph.component_of(resource), pricer.charges(Scope(pricing, resource)))
        elif (why := free_reason(resource.type)) is not None:
            free[resource.urn] = why
        else:
            bill.refuse(resource, "no estimator for this type, and nothing proves it free")
    for transfer in transfers:
        bill.add(transfer.resource, "", transfer_charges(pricing, transfer))
    lines, unpriced = bill.lines, bill.unpriced
    if found.always_free_allowances:
        lines.extend(_allowance_lines(lines))
    return Estimate(
        budget_usd=limit_usd,
        floor_usd=sum((line.floor_usd for line in lines), Decimal(0)),
        expected_usd=sum((line.monthly_usd for line in lines), Decimal(0)),
        worst_case_usd=sum((line.worst_case_usd for line in lines), Decimal(0)),
        list_always_on_usd=sum((line.list_always_on_usd for line in lines), Decimal(0)),
        hours_bought=hours_bought(
            [(line.charge, line.in_sessions) for line in lines if line.charge is not None],
            limit_usd,
            found.always_free_allowances,
        ),
        lines=tuple(lines),
        unpriced=tuple(unpriced),
        free=free,
        basis=found,
    )


_Factors = Mapping[Metering, tuple[Decimal, Decimal]]


class _Bill:
    """Lines as they come, and what could not be priced."""

    def __init__(self, basis: Basis) -> None:
        self.reaped = basis.reaped
        self.factors = {True: _factors(basis.uptime), False: _factors(ALWAYS_ON)}
        self.lines: list[Line] = []
        self.unpriced: list[UnpricedResource] = []

    def add(self, resource: Resource, component: str, charges: Iterable[Charge]) -> None:
        """Add the charges of one resource. Those before a failure count, and the failure is told."""
        ends = not resource.custom or self.reaped is None or resource.type in self.reaped
        try:
            for charge in charges:
                self.lines.append(_line(resource, component, charge, ends, self.factors))
        except (MissingPrice, Unpriced) as reason:
            self.refuse(resource, str(reason))
        except SHAPE_ERRORS as error:  # a file from outside may hold any shape: it has no price, and it blocks
            self.refuse(
                resource, f"a property has a shape that its estimator can't read ({type(error).__name__}: {error})"
            )

    def refuse(self, resource: Resource, reason: str) -> None:
        """Note that (a part of) a resource has no price."""
        self.unpriced.append(UnpricedResource(resource.urn, resource.type, reason))


def _factors(uptime: Uptime) -> _Factors:
    """What amounts are multiplied by: in `uptime`, and always on."""
    return {metering: (uptime.factor(metering), ALWAYS_ON.factor(metering)) for metering in Metering}


def _line(
    resource: Resource, component: str, charge: Charge, in_sessions: bool, by_uptime: Mapping[bool, _Factors]
) -> Line:
    price, amount = charge.price, charge.amount
    declared, always = by_uptime[in_sessions][charge.metering]
    size = price.unit_size
    quantity = amount.expected * declared / size
    monthly = line_usd(price.cost(quantity))
    same = amount.floor == amount.expected
    return Line(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        component=component,
        item=charge.item,
        price=price,
        quantity=quantity,
        monthly_usd=monthly,
        floor_usd=monthly if same else line_usd(price.cost(amount.floor * declared / size)),
        worst_case_usd=(
            monthly if amount.worst == amount.expected else line_usd(price.cost(amount.worst * declared / size))
        ),
        list_always_on_usd=(monthly if declared == always else line_usd(price.cost(amount.expected * always / size))),
        usage_based=charge.usage_based,
        assumed=charge.assumed,
        charge=charge,
        in_sessions=in_sessions,
        factor=declared,
    )


def _allowance_lines(lines: Iterable[Line]) -> Iterator[Line]:
    """One negative line for each allowance and price. The figure always-on at list price gets none."""
    charged = [line for line in lines if line.charge is not None]
    figures: dict[tuple[str, str], dict[str, Relief]] = {}
    for figure in ("floor", "expected", "worst"):
        for taken in relief(_bills(charged, figure)):
            figures.setdefault((taken.allowance.name, taken.price.path), {})[figure] = taken
    for by_figure in figures.values():
        any_one = next(iter(by_figure.values()))
        usd = {figure: -line_usd(taken.usd) for figure, taken in by_figure.items()}
        yield Line(
            urn="",
            type=ALLOWANCE_TYPE,
            name=any_one.allowance.name,
            component="",
            item=f"Always free, once an account: {any_one.allowance.title}",
            price=any_one.price,
            quantity=-by_figure["expected"].quantity if "expected" in by_figure else Decimal(0),
            monthly_usd=usd.get("expected", Decimal(0)),
            floor_usd=usd.get("floor", Decimal(0)),
            worst_case_usd=usd.get("worst", Decimal(0)),
            list_always_on_usd=Decimal(0),
        )


def _bills(lines: Iterable[Line], figure: str) -> Iterator[tuple[Price, Decimal, Decimal]]:
    dollars = {"floor": "floor_usd", "expected": "monthly_usd", "worst": "worst_case_usd"}[figure]
    for line in lines:
        if (charge := line.charge) is None or not charge.allowed:
            continue
        amount: Decimal = getattr(charge.amount, figure)
        quantity = amount * line.factor / charge.price.unit_size
        yield charge.price, quantity, getattr(line, dollars)
