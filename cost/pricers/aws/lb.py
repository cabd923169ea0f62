"""Elastic Load Balancing v2: hours, capacity units, public IPv4 addresses, and what leaves to the internet.

Capacity units of an application load balancer (facts of the ELB pricing page, 2026-10): one LCU-hour is
25 new connections a second, 3,000 active ones a minute, 1 GB an hour or 1,000 rule evaluations a second,
the first ten rules free; the dimension that uses most is billed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from cost.addresses import zones
from cost.charges import NOTHING, ONE, Amount, Charge, Driver
from cost.registry import Pricer
from cost.scope import GB_KB, Pricing, Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

LEAST_ZONES: Final = 2
"""An application load balancer is in two zones at least."""

FREE_RULES: Final = 10
CONNECTIONS_PER_LCU_HOUR: Final = Decimal(25 * 3600)
ACTIVE_MINUTES_PER_LCU_HOUR: Final = Decimal(3000 * 60)
EVALUATIONS_PER_LCU_HOUR: Final = Decimal(1000 * 3600)

NLCU_LIMITS: Final = {
    "TLS": (Decimal(50), Decimal(3_000)),
    "UDP": (Decimal(400), Decimal(50_000)),
    "TCP_UDP": (Decimal(400), Decimal(50_000)),
    "TCP": (Decimal(800), Decimal(100_000)),
}
"""Protocol of a listener -> new flows a second and active ones a minute that one NLCU holds, fewest first (ELB pricing
page, 2026-10); one gigabyte an hour with each."""

NEW_CONNECTIONS: Final = UsageKey("new_connections", Decimal(0), "new connections a second, on average")
ACTIVE_CONNECTIONS: Final = UsageKey("active_connections", Decimal(0), "active connections a minute, on average")
PROCESSED_BYTES: Final = UsageKey("processed_bytes_gb", Decimal(0), "gigabytes through the load balancer a month")
RULE_EVALUATIONS: Final = UsageKey("rule_evaluations", Decimal(0), "rule evaluations a second, on average")
OUTBOUND: Final = UsageKey("monthly_outbound_internet_gb", Decimal(0), "gigabytes sent to the internet a month")

LOAD_BALANCERS: Final = tokens.LOAD_BALANCER
LISTENERS: Final = tokens.LISTENER
RULES: Final = tokens.LISTENER_RULE


def load_balancer(scope: Scope) -> Iterator[Charge]:
    """Hours, capacity units, IPv4 addresses and outbound data of an ALB or NLB."""
    kind = scope.kind("loadBalancerType", "application", "application", "network", "gateway")
    reserved = scope.number("minimumLoadBalancerCapacity.capacityUnits")
    if kind == "application":
        yield scope.charge("Application load balancer", ("elb", "alb_hour"), ONE, Metering.FULL_HOURS)
        yield from reserved_units(scope, reserved, "alb_lcu_hour")
        yield lcu(scope, listener_rules(scope))
    elif kind == "network":
        yield scope.charge("Network load balancer", ("elb", "nlb_hour"), ONE, Metering.FULL_HOURS)
        yield from reserved_units(scope, reserved, "nlb_lcu_hour")
        yield nlcu(scope)
    else:
        mapped = len(scope.items("subnetMappings"))
        where = Amount.fixed(mapped) if mapped else zones(scope, "subnets", 1)
        yield scope.charge("Gateway load balancer, in each zone", ("elb", "gwlb_hour"), where, Metering.FULL_HOURS)
        yield scope.use(
            "Gateway load balancer capacity units (bytes)",
            ("elb", "gwlb_lcu_hour"),
            scope.usage(PROCESSED_BYTES, transferred_gb(scope)),
        )
        return
    if not scope.flag("internal"):
        addresses = public_addresses(scope)
        if addresses.worst:
            yield scope.charge(
                "Public IPv4 addresses of the load balancer", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS
            )
        yield outbound(scope)


def reserved_units(scope: Scope, reserved: Decimal, price: str) -> Iterator[Charge]:
    """Capacity units that are reserved: billed by the hour, used or not; use is billed beyond them."""
    if reserved:
        yield scope.charge("Reserved capacity units", ("elb", price), Amount.fixed(reserved), Metering.FULL_HOURS)


def lcu(scope: Scope, rules: int) -> Charge:
    """Capacity units of an application load balancer by the dimension that uses most."""
    evaluations = scope.requests * max(0, rules - FREE_RULES) / EVALUATIONS_PER_LCU_HOUR
    limits = (CONNECTIONS_PER_LCU_HOUR / 3600, ACTIVE_MINUTES_PER_LCU_HOUR / 60)
    return _units(scope, "Load balancer", "alb_lcu_hour", limits, evaluations)


def nlcu(scope: Scope) -> Charge:
    """Capacity units of a network load balancer, by the protocol of its listeners that holds fewest flows."""
    mine = scope.its(scope.pricing.once(_protocols)) or frozenset()
    limits = next((each for protocol, each in NLCU_LIMITS.items() if protocol in mine), NLCU_LIMITS["TCP"])
    return _units(scope, "Network load balancer", "nlb_lcu_hour", limits, NOTHING)


def _protocols(pricing: Pricing) -> Mapping[str, frozenset[str]]:
    graph = pricing.graph
    found: dict[str, set[str]] = defaultdict(set)
    for listener in graph.of_type(*LISTENERS):
        for balancer in graph.referenced(listener, "loadBalancerArn", *LOAD_BALANCERS):
            found[balancer.urn].add(str(listener.get("protocol", "TCP")).upper())
    return {urn: frozenset(protocols) for urn, protocols in found.items()}


def _units(scope: Scope, what: str, price: str, limits: tuple[Decimal, Decimal], evaluations: Amount) -> Charge:
    """Capacity units by the dimension that uses most, beyond the reserved ones; its name is in the item.

    `limits` are new connections a second and active ones a minute of one unit.
    """
    hours = scope.pricing.basis.uptime.hours
    new, active = limits
    connections = scope.requests * scope.traffic.new_connections_per_request
    idle_minutes = Decimal(1) + scope.number("idleTimeout", 60) / 60
    given = {key: scope.given(key) for key in (NEW_CONNECTIONS, ACTIVE_CONNECTIONS, PROCESSED_BYTES, RULE_EVALUATIONS)}

    def dimension(key: UsageKey, derived: Amount, per_lcu: Decimal | int) -> Amount:
        value = given[key]
        if value is None:
            return derived if not any(number is not None for number in given.values()) else Amount.fixed(0)
        units = value if key is PROCESSED_BYTES else value * hours / per_lcu
        return Amount.of(0, units, units)

    dimensions = {
        "new connections": dimension(NEW_CONNECTIONS, connections / (new * 3600), new),
        "active connections": dimension(ACTIVE_CONNECTIONS, connections * idle_minutes / (active * 60), active),
        "processed bytes": dimension(PROCESSED_BYTES, transferred_gb(scope), 1),
        "rule evaluations": dimension(RULE_EVALUATIONS, evaluations, 1000) if price == "alb_lcu_hour" else NOTHING,
    }
    binding = max(dimensions, key=lambda name: (dimensions[name].expected, dimensions[name].worst))
    amount = Amount(
        *(max(getattr(each, figure) for each in dimensions.values()) for figure in ("floor", "expected", "worst"))
    ).above(scope.number("minimumLoadBalancerCapacity.capacityUnits") * hours)
    return Charge(
        f"{what} capacity units (most by {binding})",
        scope.price("elb", price),
        amount,
        Metering.USE,
        usage_based=True,
        assumed=not scope.pricing.basis.declared and not any(number is not None for number in given.values()),
        driver=Driver.TRAFFIC,
    )


def transferred_gb(scope: Scope) -> Amount:
    """Gigabytes a month in both directions."""
    return scope.requests * (scope.traffic.request_kb + scope.traffic.response_kb) / GB_KB


def outbound(scope: Scope) -> Charge:
    """What is sent to the internet."""
    derived = scope.requests * scope.traffic.response_kb / GB_KB
    return scope.use("Data out to the internet", ("data_transfer", "internet_out_gb"), scope.usage(OUTBOUND, derived))


def public_addresses(scope: Scope) -> Amount:
    """Public IPv4 addresses: one a zone, none when the address type has none; elastic IPs bill by themselves."""
    if scope.text("ipAddressType", "ipv4") == "dualstack-without-public-ipv4":
        return NOTHING
    mappings = scope.each("subnetMappings", _gets_address)
    if mappings:
        return Amount.fixed(sum(mappings))
    return zones(scope, "subnets", LEAST_ZONES if scope.text("loadBalancerType", "application") == "application" else 1)


def _gets_address(mapping: Any) -> bool:
    """Whether AWS gives the load balancer an address in a subnet, rather than an elastic IP that it names."""
    return mapping.get("allocationId") in (None, "")


def listener_rules(scope: Scope) -> int:
    """Rules, default ones included, of the busiest listener of the load balancer."""
    return scope.its(scope.pricing.once(_count_rules)) or 0


def _count_rules(pricing: Pricing) -> Mapping[str, int]:
    graph = pricing.graph
    per_listener = Counter(
        listener.urn for rule in graph.of_type(*RULES) for listener in graph.referenced(rule, "listenerArn", *LISTENERS)
    )
    busiest: dict[str, int] = {}
    for listener in graph.of_type(*LISTENERS):
        for balancer in graph.referenced(listener, "loadBalancerArn", *LOAD_BALANCERS):
            busiest[balancer.urn] = max(busiest.get(balancer.urn, 0), per_listener[listener.urn] + 1)
    return busiest


_PRICER: Final = Pricer(
    load_balancer,
    twins=("aws_lb", "aws_alb"),
    usage=(NEW_CONNECTIONS, ACTIVE_CONNECTIONS, PROCESSED_BYTES, RULE_EVALUATIONS, OUTBOUND),
)

PRICERS: Final = dict.fromkeys(LOAD_BALANCERS, _PRICER)
