"""CloudFront, pay as you go: data and HTTPS requests at the prices of North America and Europe."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

DATA: Final = UsageKey("monthly_data_transfer_to_internet_gb", Decimal(100), "gigabytes served a month")
REQUESTS: Final = UsageKey("monthly_https_requests", Decimal(1_000_000), "HTTPS requests a month")


def distribution(scope: Scope) -> Iterator[Charge]:
    """Data served and requests answered; a certificate on addresses of its own."""
    if scope.text("viewerCertificate.sslSupportMethod") == "vip":
        yield scope.charge("Dedicated IP custom SSL", ("cloudfront", "dedicated_ip_month"), ONE, Metering.STANDING)
    yield scope.use("Data out (North America, Europe)", ("cloudfront", "na_eu_out_gb"), scope.usage(DATA))
    yield scope.use("HTTPS requests", ("cloudfront", "na_https_10k_requests"), scope.usage(REQUESTS))


PRICERS: Final = {
    tokens.DISTRIBUTION[0]: Pricer(distribution, twins=("aws_cloudfront_distribution",), usage=(DATA, REQUESTS))
}
