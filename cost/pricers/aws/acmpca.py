"""AWS Private Certificate Authority: each authority by the month, and the certificates that it issues."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

ISSUED: Final = UsageKey("monthly_requests", Decimal(1), "certificates issued a month")


def authority(scope: Scope) -> Iterator[Charge]:
    """One authority, used or not, and its certificates."""
    short = scope.text("usageMode", "GENERAL_PURPOSE") == "SHORT_LIVED_CERTIFICATE"
    prefix = "short_lived_" if short else ""
    yield scope.charge("Private certificate authority", ("acmpca", f"{prefix}authority_month"), ONE, Metering.STANDING)
    yield scope.use("Certificates issued", ("acmpca", f"{prefix}certificate"), scope.usage(ISSUED))


PRICERS: Final = {
    tokens.PRIVATE_AUTHORITY[0]: Pricer(authority, twins=("aws_acmpca_certificate_authority",), usage=(ISSUED,))
}
