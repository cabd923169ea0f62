"""Checks of data stores."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv6Network

from infra.settings.data import DataSettings, DataStore
from infra.settings.errors import Problem
from infra.settings.network_checks import REGION
from infra.settings.platform import PlatformSettings
from infra.settings.tenancy import TenancySettings

NEEDED = {
    "security-group": "security_group_id",
    "vpc-endpoint": "endpoint_service",
    "gateway-endpoint": "prefix_list_id",
    "ipv6": "cidrs",
}
"""Way to a store -> the setting that it takes, and that no other way takes."""
RESERVED = ("PLANT_", "AWS_")
MOST_RANGES = 50
"""A security group holds 60 rules in each direction and family of addresses (Amazon VPC quotas, read 2026-11); the rest
is for the stack's own."""
MOST_ENVIRONMENT_BYTES = 6_000
"""User data holds 16 KB (EC2 API reference, RequestLaunchTemplateData); the script and its longest settings take 10."""
HTTPS_PORT = 443


def stores_are_reached(data: DataSettings, tenancy: TenancySettings, platform: PlatformSettings) -> Iterator[Problem]:
    """Each store has a name of its own, and what its way takes."""
    names: set[str] = set()
    shared, pods = tenancy.kind == "shared", platform.cluster is not None
    for index, store in enumerate(data.stores):
        key = f"plant:data.stores[{index}]"
        if store.name in names:
            yield Problem(f"{key}.name", store.name, "used twice; give each store its own name")
        names.add(store.name)
        yield from _way(key, store, shared=shared, pods=pods)
        if pods and not store.cidrs and store.way != "gateway-endpoint":
            yield Problem(f"{key}.cidrs", "none", "missing: a network policy lets pods out to ranges of addresses only")
        if store.table_arn is not None and store.way != "gateway-endpoint":
            yield Problem(f"{key}.way", store.way, "a DynamoDB table is reached by gateway-endpoint")
        if store.table_access != "read-write" and store.table_arn is None:
            yield Problem(f"{key}.table_access", store.table_access, "says something without table_arn; add it")
    ranges = {(store.port, cidr) for store in data.stores if store.way == "ipv6" for cidr in store.cidrs}
    if len(ranges) > MOST_RANGES:
        yield Problem(
            "plant:data.stores",
            f"{len(ranges)} ranges",
            f"more rules than a security group holds: allowed are {MOST_RANGES} ranges together; name wider ones",
        )


def _way(key: str, store: DataStore, *, shared: bool, pods: bool) -> Iterator[Problem]:
    for way, name in NEEDED.items():
        given = getattr(store, name)
        wanted = way == store.way and (way != "gateway-endpoint" or shared)
        if wanted and not given:
            yield Problem(f"{key}.{name}", "none", f"missing: the way {way} takes it")
        elif given and not wanted and not (name == "cidrs" and pods):
            yield Problem(f"{key}.{name}", str(given), f"the way {store.way} takes none here; leave it out")
    if store.way == "ipv6" and not all(isinstance(cidr, IPv6Network) for cidr in store.cidrs):
        yield Problem(f"{key}.cidrs", ", ".join(map(str, store.cidrs)), "the fleet reaches the outside over IPv6 only")
    if store.way == "gateway-endpoint" and store.port != HTTPS_PORT:
        yield Problem(f"{key}.port", store.port, "DynamoDB answers on 443 only")


def stores_are_in_the_region(data: DataSettings, region: str) -> Iterator[Problem]:
    """Roles of the stack act in its Region alone, and a gateway endpoint leads to that Region's DynamoDB."""
    for index, store in enumerate(data.stores):
        for name in ("rds_user_arn", "table_arn", "endpoint_service"):
            given = getattr(store, name)
            found = REGION.search(given or "")
            if found is not None and found[0] != region:
                yield Problem(
                    f"plant:data.stores[{index}].{name}",
                    given,
                    f"in another Region, where no role of the stack may act: allowed is {region} (aws:region)",
                )


def environment_is_its_own(data: DataSettings) -> Iterator[Problem]:
    """No variable is one that the stack or an SDK sets."""
    for name in data.environment:
        if name.startswith(RESERVED):
            yield Problem(
                f"plant:data.environment.{name}", data.environment[name], "PLANT_… and AWS_… are the stack's own"
            )


def environment_fits_user_data(data: DataSettings, platform: PlatformSettings) -> Iterator[Problem]:
    """Instances get the environment in their user data, which has an end."""
    size = sum(len(f"{name}={value}\n".encode()) for name, value in data.environment.items())
    if platform.kind == "ec2" and size > MOST_ENVIRONMENT_BYTES:
        yield Problem(
            "plant:data.environment",
            f"{size:,} bytes",
            f"more than the user data of an instance has room for: allowed are {MOST_ENVIRONMENT_BYTES:,} bytes",
        )
