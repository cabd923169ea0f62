"""CloudFront, pay as you go: data and HTTPS requests at the prices of North America and Europe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Final

from cost.charges import ONE, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey, Used
from cost.uptime import Metering
from deployment import tokens
from deployment.unknown import UNKNOWN

DATA: Final = UsageKey("monthly_data_transfer_to_internet_gb", Decimal(100), "gigabytes served a month")
REQUESTS: Final = UsageKey("monthly_https_requests", Decimal(1_000_000), "HTTPS requests a month")

INVOCATIONS: Final = UsageKey(
    "monthly_function_invocations", Decimal(1_000_000), "invocations of CloudFront Functions a month"
)


EDGE_INVOCATIONS: Final = UsageKey(
    "monthly_edge_invocations", Decimal(1_000_000), "invocations of Lambda@Edge functions a month"
)
EDGE_DURATION: Final = UsageKey("edge_duration_ms", Decimal(50), "milliseconds of one invocation of Lambda@Edge")
LEAST_MB: Final = 128
"""Memory of a function that isn't in the graph: the least there is."""

LOGGED: Final = UsageKey("monthly_log_lines", Decimal(1_000_000), "lines of real-time logs a month")
ENCRYPTED: Final = UsageKey(
    "monthly_encryption_requests", Decimal(100_000), "requests with field-level encryption a month"
)
INVALIDATED: Final = UsageKey("monthly_invalidation_requests", Decimal(0), "paths that are invalidated a month")
BEHAVIOURS: Final = ("defaultCacheBehavior", "orderedCacheBehaviors[*]")


def distribution(scope: Scope) -> Iterator[Charge]:
    """Data served and requests answered; a certificate on addresses of its own."""
    if _dedicated(scope):
        yield scope.charge("Dedicated IP custom SSL", ("cloudfront", "dedicated_ip_month"), ONE, Metering.STANDING)
    yield scope.use("Data out (North America, Europe)", ("cloudfront", "na_eu_out_gb"), scope.usage(DATA))
    requests = scope.usage(REQUESTS)
    yield scope.use("HTTPS requests", ("cloudfront", "na_https_10k_requests"), requests)
    for item, path, price, key, derived in (
        # a line for each request, whatever share of them is sampled
        ("Lines of real-time logs", "realtimeLogConfigArn", "million_log_lines", LOGGED, requests.amount),
        ("Requests with field-level encryption", "fieldLevelEncryptionId", "10k_encrypted_requests", ENCRYPTED, None),
    ):
        if any(value not in (None, "") for each in BEHAVIOURS for value in scope.resource.all(f"{each}.{path}")):
            yield scope.use(item, ("cloudfront", price), scope.usage(key, derived))
    yield from scope.used_where_given("Invalidated paths", ("cloudfront", "invalidation_path"), INVALIDATED)
    if most := _most(scope, "functionAssociations"):
        runs = scope.usage(INVOCATIONS, requests.amount * most)
        yield scope.use("Function invocations", ("cloudfront", "million_function_invocations"), runs)
    if most := _most(scope, "lambdaFunctionAssociations"):
        yield from _edge(scope, scope.usage(EDGE_INVOCATIONS, requests.amount * most))


def _edge(scope: Scope, runs: Used) -> Iterator[Charge]:
    """Lambda@Edge: requests and memory by time, of the largest function that the behaviours name."""
    named = [
        function for each in BEHAVIOURS for function in scope.referenced(each.partition("[")[0], tokens.FUNCTION[0])
    ]
    sizes = [Scope(scope.pricing, one).number("memorySize", LEAST_MB) for one in named]
    memory_gb = max(sizes, default=Decimal(LEAST_MB)) / 1024
    milliseconds = scope.usage(EDGE_DURATION).amount.expected.to_integral_value(ROUND_CEILING)
    yield scope.use("Lambda@Edge requests", ("lambda", "edge_million_requests"), runs)
    yield scope.use(
        f"Lambda@Edge duration ({memory_gb.normalize():f} GB, {milliseconds} ms)",
        ("lambda", "edge_gb_second"),
        Used(runs.amount * (milliseconds / 1000 * memory_gb), runs.assumed),
    )


def _dedicated(scope: Scope) -> bool:
    """True for the first distribution of a certificate on dedicated addresses: AWS bills each certificate once, however
    many distributions have it (https://aws.amazon.com/cloudfront/pricing/, 2026)."""
    if scope.text("viewerCertificate.sslSupportMethod") != "vip":
        return False
    names = [scope.resource.get(f"viewerCertificate.{key}") for key in ("acmCertificateArn", "iamCertificateId")]
    certificate = next((name for name in names if isinstance(name, str) and name), None)
    return certificate is None or scope.is_first("certificate on addresses", certificate)


def _most(scope: Scope, path: str) -> int:
    """Most functions of one cache behaviour at `path`: each of them runs for each request. Raises Unpriced."""
    most = 0
    for each in ("defaultCacheBehavior", "orderedCacheBehaviors"):
        for behaviour in scope.items(each):
            found = behaviour.get(path) if isinstance(behaviour, Mapping) else behaviour
            if found is UNKNOWN:
                raise Unpriced(f"{path} aren't known, and invocations of functions are billed")
            most = max(most, len(list(found or ())))
    return most


PRICERS: Final = {
    tokens.DISTRIBUTION[0]: Pricer(
        distribution,
        twins=("aws_cloudfront_distribution",),
        usage=(DATA, REQUESTS, INVOCATIONS, EDGE_INVOCATIONS, EDGE_DURATION, LOGGED, ENCRYPTED, INVALIDATED),
    )
}
