"""What a pricer is given beside its resource: prices of the right region, usage, and typed access to properties."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property
from typing import Any, Final, TypeVar, TypeVarTuple

from cost.alike import Observed
from cost.basis import Basis
from cost.catalogue import GLOBAL, REFERENCE, Catalogue, MissingPrice, Price, price_in
from cost.charges import NOTHING, Amount, Charge, Driver, Unpriced
from cost.money import text
from cost.uptime import Metering
from deployment.day import today_utc
from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph, first_step
from deployment.unknown import SECRET, UNKNOWN, Sentinel

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")
Made = TypeVar("Made", bound=Hashable)
"""What is quickly compared."""

GB_KB: Final = Decimal(1024 * 1024)
"""Kilobytes of a gigabyte, as AWS bills data."""


@dataclass(frozen=True, slots=True)
class UsageKey:
    """One number of use (or one word) that a resource's price depends on and its properties don't hold."""

    name: str
    """As in a usage file, e.g. ``monthly_requests``."""
    default: Decimal
    """Counted as expected when nobody gives a number."""
    meaning: str
    """What it is, with its unit."""
    choices: tuple[str, ...] = ()
    """Words that the key takes instead of numbers; its value is then the place of the word among them."""
    also: str = ""
    """What Infracost's usage files call it, where that is another name."""


@dataclass(frozen=True, slots=True)
class Used:
    """How much something is used, and whether anyone said so."""

    amount: Amount
    assumed: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """A charge that begins, or rises, on a day that is known already."""

    urn: str
    day: datetime.date
    what: str
    """For people: what is charged from that day."""
    monthly_usd: Decimal
    """How much more a month."""

    def to_json(self) -> dict[str, str]:
        """The entry as in the preview's JSON."""
        return {"urn": self.urn, "from": self.day.isoformat(), "what": self.what, "monthly": text(self.monthly_usd)}


_ABSENT: Final = object()

REGIONAL_ARN: Final = re.compile(r"arn:aws[\w-]*:[^:]+:([a-z0-9-]+):")


def region_of_arn(resource: Resource) -> str:
    """Region that AWS put `resource` into, by what it gave back; "" where that tells none, as of global resources."""
    for key in ("region", "arn", "id"):
        value = resource.outputs.get(key)
        if isinstance(value, str):
            if key == "region" and value:
                return value
            if (found := REGIONAL_ARN.match(value)) is not None:
                return found[1]
    return ""


@dataclass
class Pricing:
    """What all resources of one estimate share."""

    graph: ResourceGraph
    basis: Basis
    usage: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    """Resolved usage file: URN -> usage key -> number a month."""
    notes: dict[str, None] = field(default_factory=dict)
    """Sentences that a reader of the figures has to know, in the order in which they came up."""
    coming: list[Coming] = field(default_factory=list)
    """Charges that begin on a day that is known."""
    lacking: dict[str, dict[str, None]] = field(default_factory=dict)
    """Region -> service and key of the prices that the stack uses and the catalogue hasn't."""
    gathered: set[str] | None = None
    """Not None while a resource that lacks a price is gone through again, for what else it lacks: its charges don't
    count then, and prices of another Region stand in."""
    _catalogues: dict[str, Catalogue] = field(default_factory=dict)
    _made: dict[Any, Any] = field(default_factory=dict)
    _provider_regions: dict[str, str] = field(default_factory=dict)
    """What a resource's option says of its provider -> that one's Region; "" where it tells none."""

    def once(self, make: Callable[[Pricing, *Arguments], T], *arguments: *Arguments) -> T:
        """`make(self, *arguments)`, the same object each time that it is asked for in one estimate."""
        key = make, arguments
        found = self._made.get(key, _ABSENT)
        if found is _ABSENT:
            found = self._made[key] = make(self, *arguments)
        made: T = found
        return made

    def catalogue(self, region: str) -> Catalogue:
        """Prices of `region`, opened once. Raises InputError for what is no region's name."""
        if (found := self._catalogues.get(region)) is None:
            found = self._catalogues[region] = Catalogue(region)
        return found

    def price(self, region: str, service: str, key: str) -> Price:
        """The price of `service` in `region`. Raises MissingPrice."""
        try:
            return self.catalogue(region).price(service, key)
        except MissingPrice as missing:
            self.lacking.setdefault(region, {})[missing.name] = None
            if self.gathered is None:
                raise
            self.gathered.add(missing.name)
            if (other := self.catalogue(REFERENCE).find(service, key)) is None:
                raise
            return other

    def region_of(self, resource: Resource) -> str:
        """Region of `resource`: its own, its provider's, where AWS put it, or the stack's.

        Raises InputError when none is known.
        """
        if isinstance(resource, Observed):
            resource.noted.in_region, resource = True, resource.of
        own = resource.inputs.get("region")
        if isinstance(own, str) and own:
            return own
        if own is not None:
            raise InputError(f"{resource.urn}: its region is no text that can be read; give it as a plain value")
        named = str(resource.options.get("provider") or "")
        region = self._provider_regions.get(named)
        if region is None:
            provider = self.graph.provider_of(resource)
            told = None if provider is None else provider.get("region")
            region = self._provider_regions[named] = told if isinstance(told, str) else ""
        if region:
            return region
        # Programs that take their region from the environment leave it in no input.
        region = region_of_arn(resource) or self.basis.region or self._only_region
        if region:
            return region
        raise InputError(f"{resource.urn}: its region isn't known; pass --region, or set aws:region in the program")

    @cached_property
    def _only_region(self) -> str | None:
        """Region of all resources that AWS put into one; None when they are in several, or none is deployed."""
        regions = {region for resource in self.graph if (region := region_of_arn(resource))}
        return regions.pop() if len(regions) == 1 else None

    @property
    def day(self) -> datetime.date:
        """The day that is priced."""
        return self.basis.on or today_utc()

    @cached_property
    def requests(self) -> Amount:
        """Requests a month at the edge of the stack."""
        if self.basis.parked:  # nothing answers: the edge is gone
            return NOTHING
        traffic = self.basis.traffic
        peak = traffic.peak_requests_per_second * 3600 * self.basis.uptime.hours
        return Amount.of(0, traffic.monthly_requests, peak)


def _by_name(pricing: Pricing, key: str, types: tuple[str, ...]) -> Mapping[str, Resource]:
    """What resources of `types` declare as their `key` -> the last that declares it."""
    declared = ((one.inputs.get(key), one) for one in pricing.graph.of_type(*types))
    return {name: one for name, one in declared if isinstance(name, str)}


def _unnamed(pricing: Pricing, key: str, types: tuple[str, ...]) -> tuple[Resource, ...]:
    """Resources of `types` whose `key` isn't known."""
    return tuple(one for one in pricing.graph.of_type(*types) if one.get(key) in (UNKNOWN, SECRET))


def _billed_with(_: Pricing, what: str) -> dict[Any, str]:
    return {}


def urn_of(resource: Resource) -> str:
    """Its URN."""
    return resource.urn


def is_text(resource: Resource, path: str) -> bool:
    """Whether the value at `path` is known, and text."""
    return isinstance(resource.get(path), str)


def is_set(resource: Resource, path: str) -> bool:
    """Whether there is something at `path`, and known."""
    return bool(resource.get(path))


def is_unknown(resource: Resource, path: str) -> bool:
    """Whether the value at `path` isn't known yet."""
    return resource.get(path) is UNKNOWN


def _declared(resource: Resource, path: str, default: Any) -> Any:
    """What the resource says at `path`; the default for what nobody declares: in a preview the engine does not know yet
    what AWS will say."""
    value = resource.get(path, default)
    return default if value is UNKNOWN and first_step(path) not in resource.inputs else value


def _listed(resource: Resource, path: str) -> Any:
    """The same as a list, and what can't be read as it is; a single object counts as a list of one."""
    value = _declared(resource, path, None)
    return [] if value is None else value if isinstance(value, list | Sentinel) else [value]


@cache
def _each(make: Callable[[Any], Hashable]) -> Callable[[Resource, str], Any]:
    def made(resource: Resource, path: str) -> Any:
        found = _listed(resource, path)
        return found if isinstance(found, Sentinel) else tuple(map(make, found))

    return made


def _number(resource: Resource, path: str) -> int | Sentinel | None:
    """Members of the list at `path`; UNKNOWN for one that isn't known."""
    value = resource.get(path)
    return len(value) if isinstance(value, list) else value if value is UNKNOWN or value is None else 1


def hides(resource: Resource, path: str) -> bool:
    """Whether something at `path` isn't known, or is secret."""
    return any(value is UNKNOWN or value is SECRET for value in resource.peek(path))


def told(holder: Mapping[str, Any], key: str, default: Any = None) -> Any:
    """What a part of a property says of `key`. Raises Unpriced where that is unknown during preview, or secret."""
    return readable(holder.get(key, default), key)


def readable(value: Any, name: str) -> Any:
    """`value`. Raises Unpriced where that is unknown during preview, or secret."""
    if value is UNKNOWN:
        raise Unpriced(f"{name} isn't known during preview, and its price depends on it")
    if value is SECRET:
        raise Unpriced(f"{name} is secret, and its price depends on it")
    return value


class Scope:
    """One resource being priced."""

    __slots__ = ("_region", "graph", "pricing", "resource", "traffic")

    def __init__(self, pricing: Pricing, resource: Resource) -> None:
        self.pricing = pricing
        self.resource = resource
        self.graph = pricing.graph
        self.traffic = pricing.basis.traffic
        self._region = ""

    @property
    def region(self) -> str:
        """Region of the resource. Raises InputError when none is known."""
        if not self._region:
            self._region = self.pricing.region_of(self.resource)
        return self._region

    @property
    def requests(self) -> Amount:
        """Requests a month at the edge of the stack."""
        return self.pricing.requests

    def price(self, service: str, key: str) -> Price:
        """Price in the resource's region; of what costs the same everywhere, wherever that is. Raises MissingPrice."""
        return price_in(GLOBAL, service, key) or self.pricing.price(self.region, service, key)

    def find(self, service: str, key: str) -> Price | None:
        """Price in the resource's region, or None: one that it can do without."""
        return self.pricing.catalogue(self.region).find(service, key)

    def charge(self, item: str, price: tuple[str, str], amount: Amount, metering: Metering, **more: Any) -> Charge:
        """A charge at the price ``(service, key)``; `more` are the other fields of Charge. Raises MissingPrice."""
        return Charge(item, self.price(*price), amount, metering, **more)

    def use(
        self, item: str, price: tuple[str, str], used: Amount | Used, driver: Driver = Driver.TRAFFIC, **more: Any
    ) -> Charge:
        """A charge for use, whatever the time. Raises MissingPrice."""
        amount, assumed = (used.amount, used.assumed) if isinstance(used, Used) else (used, False)
        return Charge(
            item, self.price(*price), amount, Metering.USE, usage_based=True, assumed=assumed, driver=driver, **more
        )

    def kept(self, item: str, price: tuple[str, str], used: Used) -> Charge:
        """A charge for what is stored all month, parked or not. Raises MissingPrice."""
        return self.charge(item, price, used.amount, Metering.STANDING, usage_based=True, assumed=used.assumed)

    def given(self, key: UsageKey) -> Decimal | None:
        """What the usage file says of `key`, by either of its names; None where it says nothing."""
        numbers = self.its(self.pricing.usage)
        return None if numbers is None else numbers.get(key.name, numbers.get(key.also))

    def used_where_given(
        self, item: str, price: tuple[str, str], key: UsageKey, metering: Metering = Metering.USE
    ) -> Iterator[Charge]:
        """A charge for what few use: only where the usage file has `key`. Raises MissingPrice."""
        if (given := self.given(key)) is not None:
            yield self.charge(
                item, price, Amount.of(0, given, given), metering, usage_based=True, driver=Driver.TRAFFIC
            )

    def usage(self, key: UsageKey, derived: Amount | None = None) -> Used:
        """What the usage file says of `key`; else `derived` from the stack's declared use; else the stated default."""
        given = self.given(key)
        if given is not None:
            return Used(Amount.of(0, given, given), assumed=False)
        if derived is not None:
            return Used(derived, assumed=not self.pricing.basis.declared)
        return Used(Amount.of(0, key.default, key.default), assumed=True)

    def choice(self, key: UsageKey) -> str:
        """The word that the usage file gives for `key`, or its default."""
        given = self.given(key)
        return key.choices[int(key.default if given is None else given)]

    def tell(self, note: str) -> None:
        """Note a sentence that a reader of the figures has to know."""
        self.pricing.notes[note] = None

    def announce(self, day: datetime.date, what: str, monthly_usd: Decimal) -> None:
        """Note a charge of the resource that begins on `day`."""
        self.pricing.coming.append(Coming(self.resource.urn, day, what, monthly_usd))

    def is_first(self, what: str, key: Any) -> bool:
        """True for the first resource that asks for this `key` of `what`: several share it, and it is billed once."""
        return self.pricing.once(_billed_with, what).setdefault(key, self.resource.urn) == self.resource.urn

    def its(self, index: Mapping[Any, T], key: Callable[[Resource], Any] = urn_of) -> T | None:
        """What `index` says of the resource, by its URN or another `key`."""
        resource = self.resource
        return resource.value_in(index, key) if isinstance(resource, Observed) else index.get(key(resource))

    def is_the(self, urn: str | None) -> bool:
        """Whether the resource is the one with `urn`."""
        resource = self.resource
        return resource.is_the(urn) if isinstance(resource, Observed) else resource.urn == urn

    def referenced(self, path: str, *types: str) -> tuple[Resource, ...]:
        """Resources of `types` that the value at `path` refers to."""
        resource = self.resource
        if isinstance(resource, Observed):
            return resource.referenced(path, types)
        return self.graph.referenced(resource, path, *types)

    def made(self, make: Callable[[Resource, str], Made], path: str) -> Made:
        """`make` of the resource and `path`, whose value the price depends on in no other way."""
        resource = self.resource
        return resource.made(make, path) if isinstance(resource, Observed) else make(resource, path)

    def members(self, path: str, *types: str) -> int | None:
        """How many members the list at `path` has; of one that isn't known, how many of its dependencies (of `types`)
        are named. None when neither tells, or there is no list."""
        number = self.made(_number, path)
        return number if not isinstance(number, Sentinel) else len(self.referenced(path, *types)) or None

    def named(self, path: str, key: str, *types: str) -> tuple[Resource, ...]:
        """Resources of `types` that the value at `path` refers to, or that declare it as their `key`: a name of its own
        is known in a preview before there is an id."""
        if found := self.referenced(path, *types):
            return found
        value = self.resource.get(path)
        if not isinstance(value, str):
            return ()
        index = self.pricing.once(_by_name, key, types)
        return (index[value],) if value in index else ()

    def may_name(self, path: str, key: str, *types: str) -> tuple[Resource, ...]:
        """What `named` gives; where that is nothing, all of `types` that the value at `path` may name: every one where
        it isn't known, and those whose own `key` isn't where it is a text that no other has."""
        if found := self.named(path, key, *types):
            return found
        if self.untold(path, *types):
            return self.graph.of_type(*types)
        return self.pricing.once(_unnamed, key, types) if isinstance(self.resource.get(path), str) else ()

    def untold(self, path: str, *types: str) -> bool:
        """True where the value at `path` isn't known, and no dependency names what (of `types`) it refers to."""
        return self.made(hides, path) and not self.referenced(path, *types)

    def text(self, path: str, default: str = "") -> str:
        """Property as text. Raises Unpriced when it isn't known."""
        value = self.known(path, default)
        return value if isinstance(value, str) else str(value)

    def kind(self, path: str, default: str, *known: str) -> str:
        """Property that is one of the words `known`, in their spelling, or `default` when absent. Raises Unpriced for
        any other: what a new word costs nobody has looked up."""
        value = self.text(path, default)
        if value == default:
            return default
        for word in known:
            if value.upper() == word.upper():
                return word
        raise Unpriced(f"{path} is {value[:40]!r}; prices are known for {', '.join(known)}")

    def number(self, path: str, default: int | str | Decimal = 0) -> Decimal:
        """Property as a number, also when written as text. Raises Unpriced unless it is a known one of 0 or more."""
        value = self.known(path, default)
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal(-1)
        if not number.is_finite() or number < 0:
            raise Unpriced(f"{path} is {value!r}, not a number of 0 or more")
        return number

    def flag(self, path: str, default: bool = False) -> bool:
        """Property as true or false, also when written as text. Raises Unpriced when it isn't known."""
        value = self.known(path, default)
        return value.lower() == "true" if isinstance(value, str) else bool(value)

    def items(self, path: str) -> list[Any]:
        """Property as a list; a single object counts as a list of one. Raises Unpriced when it isn't known."""
        found: list[Any] = readable(_listed(self.resource, path), path)
        return found

    def each(self, path: str, make: Callable[[Any], Made]) -> tuple[Made, ...]:
        """What `make` makes of each item at `path`, which the price depends on in no other way. Raises Unpriced when
        they aren't known."""
        found: tuple[Made, ...] = readable(self.made(_each(make), path), path)
        return found

    def known(self, path: str, default: Any) -> Any:
        """Property at `path`. Raises Unpriced when it is unknown during preview, or secret."""
        return readable(_declared(self.resource, path, default), path)
