"""What a pricer says: so much of this, at that price, counted in this way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from cost.catalogue import Price
from cost.uptime import Metering

Number: TypeAlias = Decimal | int
"""What an amount is made from. Never a float: money and what it is multiplied with are exact."""

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of something, in single things (one request, one hour's worth of one load balancer)."""

    floor: Decimal
    """Without traffic."""
    expected: Decimal
    """With the declared usage."""
    worst: Decimal
    """With everything at its declared limit."""

    @staticmethod
    def fixed(value: Number) -> Amount:
        """The same amount whatever happens."""
        number = Decimal(value)
        return Amount(number, number, number)

    @staticmethod
    def of(floor: Number, expected: Number, worst: Number) -> Amount:
        """An amount that depends on usage; the larger of neighbours counts, so that the three never cross."""
        low = Decimal(floor)
        middle = max(low, Decimal(expected))
        return Amount(low, middle, max(middle, Decimal(worst)))

    def __mul__(self, factor: Number) -> Amount:
        return Amount(self.floor * factor, self.expected * factor, self.worst * factor)

    def __truediv__(self, divisor: Number) -> Amount:
        return Amount(self.floor / divisor, self.expected / divisor, self.worst / divisor)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.floor + other.floor, self.expected + other.expected, self.worst + other.worst)

    def above(self, included: Number) -> Amount:
        """What is left when `included` of it costs nothing."""
        return Amount(
            max(ZERO, self.floor - included), max(ZERO, self.expected - included), max(ZERO, self.worst - included)
        )


NOTHING: Final = Amount.fixed(0)
ONE: Final = Amount.fixed(1)


class Driver(StrEnum):
    """What makes an amount move between its floor and its worst case."""

    FIXED = "fixed"
    TRAFFIC = "traffic"
    FLEET = "fleet"
    EVENTS = "events"


class Charge(NamedTuple):
    """One billed dimension of one resource."""

    item: str
    """What it is, for people: ``Load balancer capacity units``."""
    price: Price
    amount: Amount
    metering: Metering
    usage_based: bool = False
    """True when it moves with use rather than with existence (Infracost's "usage cost")."""
    assumed: bool = False
    """True when no usage was given, and a stated default is counted as expected."""
    driver: Driver = Driver.FIXED
    allowed: bool = True
    """False when the allowance of its price doesn't cover this one."""


class Unpriced(Exception):  # noqa: N818 - it names a state of the resource, and reaches users as a line, not as a failure
    """A pricer can't price (a dimension of) a resource; the message says why, for people."""
