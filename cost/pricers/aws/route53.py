"""Route 53: zones, queries, health checks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.addresses import zones
from cost.charges import ONE, Amount, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

QUERIES: Final = UsageKey("monthly_standard_queries", Decimal(1_000_000), "standard queries a month")
LATENCY_QUERIES: Final = UsageKey("monthly_latency_based_queries", Decimal(1_000_000), "latency-based queries a month")
RESOLVED: Final = UsageKey("monthly_queries", Decimal(1_000_000), "queries through a resolver endpoint a month")
ENDPOINT_TYPE: Final = UsageKey(
    "endpoint_type", Decimal(0), "where the checked endpoint is", choices=("non_aws", "aws")
)
GEO_QUERIES: Final = UsageKey("monthly_geo_queries", Decimal(1_000_000), "geolocation queries a month")


def zone(scope: Scope) -> Iterator[Charge]:
    """The hosted zone; it stays when the stack is parked."""
    yield scope.charge("Hosted zone", ("route53", "hosted_zone_month"), ONE, Metering.STANDING)


def record(scope: Scope) -> Iterator[Charge]:
    """Queries of a record; those to an alias of an AWS resource are free."""
    if scope.each("aliases", bool):
        return
    if scope.items("latencyRoutingPolicies"):
        yield scope.use("Latency-based queries", ("route53", "latency_million_queries"), scope.usage(LATENCY_QUERIES))
    elif scope.items("geolocationRoutingPolicies"):
        yield scope.use("Geolocation queries", ("route53", "geo_million_queries"), scope.usage(GEO_QUERIES))
    elif not validates_certificate(scope):
        yield scope.use("Queries", ("route53", "million_queries"), scope.usage(QUERIES))


def validates_certificate(scope: Scope) -> bool:
    """A record that proves a domain to ACM is asked a handful of times."""
    return bool(scope.referenced("records", *tokens.CERTIFICATE))


CHECK_KINDS: Final = (
    "HTTP",
    "HTTPS",
    "HTTP_STR_MATCH",
    "HTTPS_STR_MATCH",
    "TCP",
    "CALCULATED",
    "CLOUDWATCH_METRIC",
    "RECOVERY_CONTROL",
)
"""Types of health checks (Route 53 API, HealthCheckConfig)."""


def health_check(scope: Scope) -> Iterator[Charge]:
    """The check, and its optional features, for an endpoint inside or outside AWS."""
    kind = scope.kind("type", "", *CHECK_KINDS)
    if kind == "CALCULATED" or kind == "CLOUDWATCH_METRIC":
        yield scope.charge("Health check", ("route53", "health_check_aws_month"), ONE, Metering.STANDING)
        return
    aws = ".amazonaws.com" in scope.text("fqdn") or scope.choice(ENDPOINT_TYPE) == "aws"
    where = "aws" if aws else "other"
    yield scope.charge("Health check", ("route53", f"health_check_{where}_month"), ONE, Metering.STANDING)
    options = sum(
        (
            kind.startswith("HTTPS"),
            "STR_MATCH" in kind,
            scope.number("requestInterval", 30) == 10,
            scope.flag("measureLatency"),
        )
    )
    if options:
        key = ("route53", f"health_check_{where}_option_month")
        yield scope.charge("Optional features", key, Amount.fixed(options), Metering.STANDING)


def resolver_endpoint(scope: Scope) -> Iterator[Charge]:
    """Hours of each network interface of a resolver endpoint, and the queries through it beyond the network's own."""
    addresses = zones(scope, "ipAddresses", LEAST_ADDRESSES, MOST_ADDRESSES)
    yield scope.charge(
        "Resolver endpoint, each address", ("route53", "resolver_interface_hour"), addresses, Metering.FULL_HOURS
    )
    yield scope.use("Queries through the endpoint", ("route53", "million_queries"), scope.usage(RESOLVED))


LEAST_ADDRESSES: Final = 2
MOST_ADDRESSES: Final = 6
"""Addresses that an endpoint has at least, and by its quota at most (Route 53 developer guide, resolver endpoints and
quotas, 2026)."""


PRICERS: Final = {
    tokens.RESOLVER_ENDPOINT[0]: Pricer(resolver_endpoint, twins=("aws_route53_resolver_endpoint",), usage=(RESOLVED,)),
    tokens.DNS_ZONE[0]: Pricer(zone, twins=("aws_route53_zone",)),
    tokens.DNS_RECORD[0]: Pricer(record, twins=("aws_route53_record",), usage=(QUERIES, LATENCY_QUERIES, GEO_QUERIES)),
    tokens.HEALTH_CHECK[0]: Pricer(health_check, twins=("aws_route53_health_check",), usage=(ENDPOINT_TYPE,)),
}
