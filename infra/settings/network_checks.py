"""Checks of the network's ranges and zones, and of what lies beyond it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from components.fleet.container_image import private_repository
from infra.settings.errors import Problem
from infra.settings.fleet import FleetSettings
from infra.settings.rollout import RolloutSettings
from infra.settings.tenancy import SMALLEST_LOAD_BALANCER_SUBNET, ZONES_BY_REGION, TenancySettings, zones_of

REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d{1,2}")
"""How the name of a Region looks."""

COMMERCIAL_REGION = re.compile(r"(?!cn-)[a-z]{2}-[a-z]+-\d{1,2}")
"""A Region of the partition ``aws``, in which the stack's ARNs are: China has ``cn-``, GovCloud, the European sovereign
and the isolated clouds have longer names (AWS General Reference, "Partitions", read 2026-11)."""

ZONES_MIN = 2
"""A load balancer has to be in two zones."""
TIERS = 2
"""Subnets a zone: one for the load balancer, one for the fleet."""


def region_has_the_zones(tenancy: TenancySettings, region: object) -> Iterator[Problem]:
    """The region is a known one, and has as many zones."""
    known = ", ".join(sorted(ZONES_BY_REGION))
    if not REGION.fullmatch(str(region)):
        yield Problem("aws:region", region, f"not supported; allowed are {known}, or the name of another AWS Region")
        return
    if not COMMERCIAL_REGION.fullmatch(str(region)):
        yield Problem(
            "aws:region", region, "not supported: of another partition than aws, in which the stack's ARNs are"
        )
        return
    if tenancy.kind != "dedicated":
        return
    zones = zones_of(tenancy.network, region)
    if zones is None:
        yield Problem(
            "plant:tenancy.network.zone_letters",
            None,
            f"required in {region}, whose zones aren't known here (those of {known} are); give the letters of two or"
            " more of its zones, e.g. ac",
        )
    elif len(set(zones)) < len(zones):
        yield Problem("plant:tenancy.network.zone_letters", zones, "names a zone twice; name each once")
    elif tenancy.network.zone_count > len(zones):
        yield Problem(
            "plant:tenancy.network.zone_count",
            tenancy.network.zone_count,
            f"{region} has {len(zones)} zones with Graviton instances; allowed is 2 to {len(zones)}",
        )


def network_fits(tenancy: TenancySettings) -> Iterator[Problem]:
    """The VPC's range is a private one, and holds a subnet of each tier in each zone."""
    if tenancy.kind != "dedicated":
        return
    cidr = tenancy.network.cidr
    if not cidr.is_private:
        yield Problem("plant:tenancy.network.cidr", str(cidr), "not a private range; use one of RFC 1918")
    if not 16 <= cidr.prefixlen <= 28:
        yield Problem("plant:tenancy.network.cidr", str(cidr), "a VPC is /16 to /28")
    zone_count = getattr(tenancy.network, "zone_count", ZONES_MIN)  # not there while it is wrong itself
    if subnet_prefix(cidr, zone_count) > SMALLEST_LOAD_BALANCER_SUBNET:
        smallest = SMALLEST_LOAD_BALANCER_SUBNET - _bits(zone_count)
        yield Problem(
            "plant:tenancy.network.cidr",
            str(cidr),
            f"too small for {zone_count} zones with {TIERS} subnets of /{SMALLEST_LOAD_BALANCER_SUBNET}"
            f" each; use /{smallest} or larger",
        )


def network_collides_with_none(tenancy: TenancySettings) -> Iterator[Problem]:
    """The VPC's range overlaps none of the networks around it."""
    if tenancy.kind != "dedicated":
        return
    cidr = tenancy.network.cidr
    for index, reserved in enumerate(tenancy.network.reserved_cidrs):
        if cidr.overlaps(reserved):
            yield Problem(
                f"plant:tenancy.network.reserved_cidrs[{index}]",
                str(reserved),
                f"collides with plant:tenancy.network.cidr, which is {cidr}; choose another range for the VPC",
            )


IPV4_ONLY_REGISTRIES = (
    (re.compile(r"public\.ecr\.aws"), "ecr-public.aws.com"),
    (re.compile(r"(\d{12})\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.amazonaws\.com"), r"\1.dkr-ecr\2.\3.on.aws"),
    (re.compile(r"ghcr\.io"), "ecr-public.aws.com or Docker Hub"),
)
"""Registries without IPv6, and which to use instead (Amazon ECR guides, "Making requests", read 2026-11)."""


PRIVATE_REGISTRY = re.compile(r"\d{12}\.dkr[.-]ecr(-fips)?\..*")
"""Names of private registries of Amazon ECR, in any partition."""


def private_images_are_named_whole(fleet: FleetSettings, rollout: RolloutSettings) -> Iterator[Problem]:
    """What is granted is one repository: without one, or in another partition, an instance could sign in nowhere."""
    for key, image in _images(fleet, rollout):
        if PRIVATE_REGISTRY.fullmatch(image.partition("/")[0]) and private_repository(image) is None:
            yield Problem(
                key,
                image,
                "names no image of a private registry; write <account>.dkr-ecr.<region>.on.aws/<repository>:<tag>",
            )


def _images(fleet: FleetSettings, rollout: RolloutSettings) -> Iterator[tuple[str, str]]:
    yield "plant:fleet.container_image", fleet.container_image
    if rollout.candidate_image is not None:
        yield "plant:rollout.candidate_image", rollout.candidate_image


def images_are_within_reach(
    fleet: FleetSettings, rollout: RolloutSettings, tenancy: TenancySettings
) -> Iterator[Problem]:
    """Instances of a dedicated stack have IPv6 egress only: an image behind IPv4 is never pulled."""
    if tenancy.kind != "dedicated":
        return
    for key, image in _images(fleet, rollout):
        registry = image.partition("/")[0]
        for pattern, instead in IPV4_ONLY_REGISTRIES:
            if found := pattern.fullmatch(registry):
                yield Problem(
                    key,
                    image,
                    f"{registry} has no IPv6, and the instances have no IPv4; use {found.expand(instead)}",
                )


def subnet_prefix(cidr: IPv4Network, zone_count: int) -> int:
    """Prefix length of the subnets when `cidr` is split evenly over tiers and zones."""
    return cidr.prefixlen + _bits(zone_count)


def _bits(zone_count: int) -> int:
    return (TIERS * zone_count - 1).bit_length()
