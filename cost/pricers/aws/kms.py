"""KMS: customer keys by the month, their rotations, and requests."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1000), "requests to the key a month")

BILLED_ROTATIONS: Final = 2
"""Rotations that add a dollar a month each; later ones add nothing (AWS KMS pricing page, 2026)."""

HORIZON_DAYS: Final = 365
"""Age of a key up to which the worst case looks: one year. A key with yearly rotation costs $1 more from its
second year on, and $2 more from its third; the compliance ledger says so."""

DEFAULT_ROTATION_DAYS: Final = 365
KMS_REQUESTS_PER_REQUEST: Final = Decimal("0.001")
"""Assumed requests to a key for one request of the stack: data keys are cached."""


def key(scope: Scope) -> Iterator[Charge]:
    """The key itself, which outlives sessions, its rotations, and requests."""
    symmetric = scope.text("customerMasterKeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
    yield scope.charge("Customer managed key", ("kms", "key_month"), ONE, Metering.STANDING)
    rotations = rotations_within_horizon(scope)
    if rotations:
        yield scope.charge(
            "Rotated key material",
            ("kms", "key_month"),
            Amount(Decimal(0), Decimal(0), Decimal(rotations)),
            Metering.STANDING,
        )
    derived = None
    if scope.pricing.basis.declared:
        derived = scope.requests * KMS_REQUESTS_PER_REQUEST + Amount.fixed(REQUESTS.default)
    price = "10k_requests" if symmetric else "asymmetric_10k_requests"
    yield scope.use("Requests", ("kms", price), scope.usage(REQUESTS, derived), Driver.TRAFFIC)


def rotations_within_horizon(scope: Scope) -> int:
    """Billed rotations that a key can have had in its first year."""
    if not scope.flag("enableKeyRotation"):
        return 0
    period = int(scope.number("rotationPeriodInDays", DEFAULT_ROTATION_DAYS)) or DEFAULT_ROTATION_DAYS
    return min(BILLED_ROTATIONS, (HORIZON_DAYS - 1) // period)


PRICERS: Final = {
    "aws:kms/key:Key": Pricer(key, twins=("aws_kms_key",), usage=(REQUESTS,)),
    "aws:kms/replicaKey:ReplicaKey": Pricer(key, twins=("aws_kms_replica_key",), usage=(REQUESTS,)),
}
