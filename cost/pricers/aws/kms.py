"""KMS: customer keys by the month, their rotations, and requests."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1000), "requests to the key a month")

KEY: Final = tokens.KEY[0]
REPLICA: Final = tokens.REPLICA_KEY[0]

BILLED_ROTATIONS: Final = 2
"""Rotations that add a dollar a month each; later ones add nothing (AWS KMS pricing page, 2026)."""

SYMMETRIC: Final = ("SYMMETRIC_DEFAULT", "HMAC_")
"""Beginning of the key specs whose requests have the lower price, and of which some are free: all but asymmetric ones
(AWS KMS pricing page, 2026)."""

CHEAP: Final = (*SYMMETRIC, "RSA_2048")
"""Beginning of all specs with the lower price (the same page)."""

KMS_REQUESTS_PER_REQUEST: Final = Decimal("0.001")
"""Assumed requests to a key for one request of the stack: data keys are cached."""


def key(scope: Scope) -> Iterator[Charge]:
    """The key itself, which outlives sessions, its rotations, and requests."""
    spec = scope.text("customerMasterKeySpec", "SYMMETRIC_DEFAULT")
    yield scope.charge("Customer managed key", ("kms", "key_month"), ONE, Metering.STANDING)
    if rotates(scope):
        yield scope.charge(
            "Rotated key material",
            ("kms", "key_month"),
            Amount.of(0, 0, BILLED_ROTATIONS),
            Metering.STANDING,
        )
    derived = None
    if scope.pricing.basis.declared:
        derived = scope.requests * KMS_REQUESTS_PER_REQUEST + Amount.fixed(REQUESTS.default)
    price = "10k_requests" if spec.startswith(CHEAP) else "asymmetric_10k_requests"
    yield scope.use(
        "Requests",
        ("kms", price),
        scope.usage(REQUESTS, derived),
        Driver.TRAFFIC,
        allowed=spec.startswith(SYMMETRIC),
    )


def rotates(scope: Scope) -> bool:
    """True when the key's material is rotated, each time for a dollar a month more, twice at most; a replica's is when
    its primary's is."""
    if scope.resource.type == REPLICA:
        primaries = scope.referenced("primaryKeyArn", KEY)
        return not primaries or Scope(scope.pricing, primaries[0]).flag("enableKeyRotation")
    return scope.flag("enableKeyRotation")


PRICERS: Final = {
    KEY: Pricer(key, twins=("aws_kms_key",), usage=(REQUESTS,)),
    tokens.EXTERNAL_KEY[0]: Pricer(key, twins=("aws_kms_external_key",), usage=(REQUESTS,)),
    tokens.REPLICA_EXTERNAL_KEY[0]: Pricer(key, twins=("aws_kms_replica_external_key",), usage=(REQUESTS,)),
    REPLICA: Pricer(key, twins=("aws_kms_replica_key",), usage=(REQUESTS,)),
}
