"""Prices a graph: asks the pricer of every resource for its charges, and works out the four figures."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial
from typing import Final, NamedTuple

from cost.account import settle
from cost.alike import FEWEST, Alike, Observed, Read, Result, Values
from cost.allowances import allowances
from cost.basis import Basis, basis_of
from cost.brake import held
from cost.catalogue import GLOBAL, Catalogue, MissingPrice, Price
from cost.charges import ZERO, Amount, Charge, Unpriced
from cost.estimate import NO_LIMIT_USD, Estimate, Line, UnpricedResource
from cost.money import line_usd
from cost.registry import free_reason, pricer_of
from cost.scope import Pricing, Scope
from cost.surcharges import rows_of, surcharges
from cost.transfers import Transfer, transfer_charges
from cost.uptime import ALWAYS_ON, Metering, Uptime
from deployment.day import today_utc
from deployment.errors import SHAPE_ERRORS, InputError
from deployment.garbage import no_garbage_collection
from deployment.graph import Resource, ResourceGraph
from deployment.object_lists import is_list, may_be_list, unread, with_items
from deployment.tokens import RENDERED
from deployment.unknown import is_watched

MANY: Final = 1024
"""Resources after which, and after each doubling, it pays to look whether the others have to be priced, too."""

MOST_AMOUNTS: Final = 1024
"""Amounts whose dollars are kept for the next resource that has the same."""

TOLD_AHEAD: Final = datetime.timedelta(days=183)
"""How long before they begin charges are told: six months."""


def estimate(
    graph: ResourceGraph,
    *,
    limit_usd: Decimal = NO_LIMIT_USD,
    usage: Mapping[str, Mapping[str, Decimal]] | None = None,
    transfers: Iterable[Transfer] = (),
    region: str | None = None,
    basis: Basis | None = None,
    on: datetime.date | None = None,
) -> Estimate:
    """What `graph` costs in a month.

    `limit_usd` is the budget of the pack, `NO_LIMIT_USD` where it has none; a stack may declare a lower one.
    `usage` holds numbers of use by
    URN (``cost.usage.resolve``), `transfers` data that belongs to no resource. `region` prices
    everything that names no region of its own there. `basis` replaces all that the stack declares. `on` is
    the day that is priced: versions leave standard support on days; None: that of the basis, or today (UTC).

    Raises InputError when the declared basis is wrong, or no resource is in a Region with prices. What merely has none
    is no error: it is in ``Estimate.unpriced``, and blocks.
    """
    found = basis or basis_of(graph)
    if region is not None:
        Catalogue(region)
        found = replace(found, region=region)
    found = replace(found, on=on or found.on or today_utc())
    limit = limit_usd if found.stack_limit_usd is None else min(limit_usd, found.stack_limit_usd)
    with no_garbage_collection():
        return _estimate(Pricing(with_items(graph), found, usage or {}), limit, tuple(transfers))


def _estimate(
    pricing: Pricing, limit_usd: Decimal, transfers: Sequence[Transfer], enough_usd: Decimal = NO_LIMIT_USD
) -> Estimate:
    """Of a large stack resources are left out once those before them are sure to cost more than `enough_usd`."""
    graph, found = pricing.graph, pricing.basis
    bill = _Bill(pricing)
    free: dict[str, str] = {}
    if found.tenancy == "shared" and found.root is not None and not found.parked:
        from cost.shared import increment

        root = Scope(pricing, found.root)
        bill.add(found.root, found.root.name, lambda: increment(root))
    for resource in graph if enough_usd.is_infinite() else _until_sure(graph, bill, enough_usd):
        kind = _kind_of(resource.type)
        if kind.rendered and not graph.children(resource.urn):
            bill.refuse(
                resource, "the objects of its files aren't in the graph; preview with the Pulumi CLI reads them"
            )
        if not resource.custom or kind.own or resource.options.get("external"):
            continue
        if kind.list and is_list(resource):
            if unread(resource):
                bill.refuse(resource, "its items aren't known, or say no kind; declare each object by itself")
            else:
                free[resource.urn] = "a list: each of its items has a price, or a reason, of its own"
            continue
        if kind.charges is not None or kind.surcharged:
            bill.price(resource, kind)
        if kind.charges is not None:
            continue
        if kind.free is not None:
            free[resource.urn] = kind.free
        else:
            bill.refuse(resource, "no estimator for this type, and nothing proves it free")
    for transfer in transfers:
        bill.add(transfer.resource, "", partial(transfer_charges, pricing, transfer))
    if (
        bill.nowhere is not None
        and enough_usd.is_infinite()
        and all(line.price.region == GLOBAL for line in bill.lines)
    ):
        raise bill.nowhere

    def reprice(basis: Basis, changed: ResourceGraph | None, enough_usd: Decimal = NO_LIMIT_USD) -> Estimate:
        other = graph if changed is None else with_items(changed)
        return _estimate(Pricing(other, basis, pricing.usage), limit_usd, transfers, enough_usd)

    alone = Estimate(
        budget_usd=limit_usd,
        lines=tuple(bill.lines),
        unpriced=tuple(bill.unpriced),
        free=free,
        basis=found,
        notes=tuple(pricing.notes),
        lacking={region: tuple(sorted(names)) for region, names in sorted(pricing.lacking.items())},
        coming=tuple(each for each in pricing.coming if each.day <= pricing.day + TOLD_AHEAD),
        held=None if found.brake is None else cache(partial(_held_usd, pricing, limit_usd, transfers)),
        reprice=reprice,
    )
    return settle([alone])[0]


def _until_sure(graph: ResourceGraph, bill: _Bill, enough_usd: Decimal) -> Iterator[Resource]:
    """Resources of `graph`, until those before are sure to cost more than `enough_usd`."""
    for place, resource in enumerate(graph, 1):
        if place >= MANY and place.bit_count() == 1 and bill.certain_usd > enough_usd:
            return
        yield resource


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the type of a resource says of its price."""

    own: bool
    """Pulumi's own: it makes nothing in a cloud."""
    rendered: bool
    """A chart or a file: its objects are other resources."""
    list: bool
    """Resources of the type may be lists of objects."""
    surcharged: bool
    """Some of its properties cost extra."""
    charges: Callable[[Scope], Iterable[Charge]] | None
    """Its pricer; None for a type that has none."""
    free: str | None
    """Why it costs nothing; None where nothing proves that."""


@cache
def _kind_of(token: str) -> _Kind:
    pricer = pricer_of(token)
    return _Kind(
        own=token.startswith("pulumi:"),
        rendered=token in RENDERED,
        list=may_be_list(token),
        surcharged=bool(rows_of(token)),
        charges=None if pricer is None else pricer.charges,
        free=free_reason(token),
    )


def _held_usd(pricing: Pricing, limit_usd: Decimal, transfers: Sequence[Transfer]) -> Decimal:
    """Worst case of the stack with its fleets at their minimum all month."""
    basis = replace(pricing.basis, brake=None)
    return _estimate(Pricing(held(pricing.graph), basis, pricing.usage), limit_usd, transfers).worst_case_usd


_Factors = Mapping[Metering, tuple[Decimal, Decimal]]


class _Bill:
    """Lines as they come, and what could not be priced."""

    def __init__(self, pricing: Pricing) -> None:
        self.pricing = pricing
        self.factors = {True: _factors(pricing.basis.uptime), False: _factors(ALWAYS_ON)}
        self.lines: list[Line] = []
        self.unpriced: list[UnpricedResource] = []
        self.nowhere: InputError | None = None
        """Why the first resource whose Region isn't known has none."""
        self.components: dict[str | None, str] = {}
        """URN of a parent -> the component of its children."""
        self.alike: dict[str, Alike | None] = {}
        self.read = Read(pricing.graph, pricing.region_of, Values())
        self.amounts: dict[tuple[int, ...], tuple[Charge, _Amounts]] = {}
        """By the identity of price, amount and factors, with a charge that keeps them: one of this or that is what many
        resources have."""

    def price(self, resource: Resource, kind: _Kind) -> None:
        """Add what the type of a resource says of it, or what was found for one that is like it."""
        type_ = resource.type
        if type_ not in self.alike:
            number = len(self.pricing.graph.of_type(type_))
            many = number >= FEWEST and not is_watched()
            self.alike[type_] = Alike(self.read.further(), number) if many else None
        component = self.components.get(resource.parent)
        if component is None:
            component = self.components[resource.parent] = self.pricing.graph.component_of(resource)
        alike = self.alike[type_]
        if alike is None:
            self._price(resource, component, kind, resource)
        elif (known := alike.result(resource)) is not None:
            named = resource.urn, type_, resource.name, component
            self.lines += [Line._make(named + fields) for fields in known.lines]
            for reason in known.reasons:
                self.refuse(resource, reason)
        else:
            lines, unpriced = len(self.lines), len(self.unpriced)
            self._price(resource, component, kind, Observed(resource, alike.read))
            reasons = tuple(one.reason for one in self.unpriced[unpriced:])
            alike.keep(resource, Result(tuple(line[4:] for line in self.lines[lines:]), reasons))
            if not alike.pays:
                self.alike[type_] = None

    def _price(self, resource: Resource, component: str, kind: _Kind, read: Resource) -> None:
        """Add the charges, and refuse the surcharges, of a resource that is read as `read`."""
        if kind.surcharged:
            for reason in surcharges(read):
                self.refuse(resource, reason)
        if kind.charges is not None:
            self.add(resource, component, partial(kind.charges, Scope(self.pricing, read)))

    def add(self, resource: Resource, component: str, charges: Callable[[], Iterable[Charge]]) -> None:
        """Add the charges of one resource. Those before a failure count, and the failure is told."""
        ends = self.pricing.basis.ends(resource)
        try:
            for charge in charges():
                self.lines.append(self._line(resource, component, charge, ends))
        except MissingPrice as missing:
            self.refuse(resource, self._lacks(missing, charges))
        except Unpriced as reason:
            self.refuse(resource, str(reason))
        except InputError as error:  # its Region isn't known: the others keep theirs
            self.refuse(resource, str(error).removeprefix(f"{resource.urn}: "))
            self.nowhere = self.nowhere or error
        except SHAPE_ERRORS:  # a file from outside may hold any shape: it has no price, and it blocks
            self.refuse(resource, "a property has a shape, or a number a size, that its estimator can't read")

    def _line(self, resource: Resource, component: str, charge: Charge, in_sessions: bool) -> Line:
        declared, always = self.factors[in_sessions][charge.metering]
        key = id(charge.price), id(charge.amount), id(declared), id(always)
        _, known = self.amounts.get(key, (None, None))
        if known is None:
            known = _amounts(charge.price, charge.amount, declared, always)
            if len(self.amounts) < MOST_AMOUNTS:
                self.amounts[key] = charge, known
        return Line(
            urn=resource.urn,
            type=resource.type,
            name=resource.name,
            component=component,
            item=charge.item,
            price=charge.price,
            quantity=known.quantity,
            monthly_usd=known.monthly_usd,
            floor_usd=known.floor_usd,
            worst_case_usd=known.worst_case_usd,
            list_always_on_usd=known.list_always_on_usd,
            usage_based=charge.usage_based,
            assumed=charge.assumed,
            charge=charge,
            in_sessions=in_sessions,
            factor=declared,
        )

    def _lacks(self, first: MissingPrice, charges: Callable[[], Iterable[Charge]]) -> str:
        """Every price that the resource lacks, for people: its charges are gone through once more to the end."""
        pricing, announced = self.pricing, len(self.pricing.coming)
        gathered = pricing.gathered = {first.name}
        with suppress(MissingPrice, Unpriced, InputError, *SHAPE_ERRORS):  # what it lacks up to there is known
            for _ in charges():
                pass
        pricing.gathered = None
        del pricing.coming[announced:]
        more = sorted(gathered - {first.name})
        return str(first) if not more else f"{first}, nor {', '.join(more)}"

    @property
    def certain_usd(self) -> Decimal:
        """What is expected of the lines so far whatever follows: neither allowances nor tiers change them."""
        free = allowances()
        return sum(
            (line.monthly_usd for line in self.lines if line.price.name not in free and not line.price.tiers), ZERO
        )

    def refuse(self, resource: Resource, reason: str) -> None:
        """Note that (a part of) a resource has no price."""
        self.unpriced.append(UnpricedResource(resource.urn, resource.type, reason))


def _factors(uptime: Uptime) -> _Factors:
    """What amounts are multiplied by: in `uptime`, and always on."""
    return {metering: (uptime.factor(metering), ALWAYS_ON.factor(metering)) for metering in Metering}


class _Amounts(NamedTuple):
    """Fields of a line that follow from its price and amount."""

    quantity: Decimal
    monthly_usd: Decimal
    floor_usd: Decimal
    worst_case_usd: Decimal
    list_always_on_usd: Decimal


def _amounts(price: Price, amount: Amount, declared: Decimal, always: Decimal) -> _Amounts:
    """Of `amount`, in the declared uptime and always on."""
    size = price.unit_size
    quantity = amount.expected * declared / size
    monthly = line_usd(price.cost(quantity))
    return _Amounts(
        quantity,
        monthly,
        monthly if amount.floor == amount.expected else line_usd(price.cost(amount.floor * declared / size)),
        monthly if amount.worst == amount.expected else line_usd(price.cost(amount.worst * declared / size)),
        monthly if declared == always else line_usd(price.cost(amount.expected * always / size)),
    )
