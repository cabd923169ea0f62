"""Checks of the network's ranges and zones."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from infra.settings.errors import Problem
from infra.settings.tenancy import SMALLEST_LOAD_BALANCER_SUBNET, ZONES_BY_REGION, TenancySettings

TIERS = 2
"""Subnets a zone: one for the load balancer, one for the fleet."""


def network_fits(tenancy: TenancySettings, region: object) -> Iterator[Problem]:
    """The region has the zones, and the VPC's range holds a subnet of each tier in each zone."""
    zones = ZONES_BY_REGION.get(str(region))
    if zones is None:
        yield Problem("aws:region", region, f"not supported; allowed are {', '.join(sorted(ZONES_BY_REGION))}")
    if tenancy.kind != "dedicated":
        return
    network = tenancy.network
    if zones is not None and network.zone_count > len(zones):
        yield Problem(
            "plant:tenancy.network.zone_count",
            network.zone_count,
            f"{region} has {len(zones)} zones with Graviton instances; allowed is 2 to {len(zones)}",
        )
    cidr = network.cidr
    if not cidr.is_private:
        yield Problem("plant:tenancy.network.cidr", str(cidr), "not a private range; use one of RFC 1918")
    if not 16 <= cidr.prefixlen <= 28:
        yield Problem("plant:tenancy.network.cidr", str(cidr), "a VPC is /16 to /28")
    if subnet_prefix(cidr, network.zone_count) > SMALLEST_LOAD_BALANCER_SUBNET:
        smallest = SMALLEST_LOAD_BALANCER_SUBNET - _bits(network.zone_count)
        yield Problem(
            "plant:tenancy.network.cidr",
            str(cidr),
            f"too small for {network.zone_count} zones with {TIERS} subnets of /{SMALLEST_LOAD_BALANCER_SUBNET}"
            f" each; use /{smallest} or larger",
        )
    for index, reserved in enumerate(network.reserved_cidrs):
        if cidr.overlaps(reserved):
            yield Problem(
                f"plant:tenancy.network.reserved_cidrs[{index}]",
                str(reserved),
                f"collides with plant:tenancy.network.cidr, which is {cidr}; choose another range for the VPC",
            )


def subnet_prefix(cidr: IPv4Network, zone_count: int) -> int:
    """Prefix length of the subnets when `cidr` is split evenly over tiers and zones."""
    return cidr.prefixlen + _bits(zone_count)


def _bits(zone_count: int) -> int:
    return (TIERS * zone_count - 1).bit_length()
