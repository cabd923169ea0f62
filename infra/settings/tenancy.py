"""``plant:tenancy``: what the stack owns, and what it borrows from the platform."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from infra.settings.base import Group, arn

ZONES_BY_REGION = {
    "ap-south-1": "abc",
    "eu-central-1": "abc",
    "eu-north-1": "abc",
    "eu-west-1": "abc",
    "eu-west-2": "abc",
    "us-east-1": "abcdf",
    "us-east-2": "abc",
    "us-west-2": "abcd",
}
"""Letters of the Availability Zones that are used, first ones first. Letters are dealt to each account anew: where
one of them stands for a zone without t4g instances or serverless caches (us-east-1 has such zones), and for a Region
that isn't here, `zone_letters` of the network says others.
"""

SMALLEST_LOAD_BALANCER_SUBNET = 27
"""Prefix length: a load balancer takes subnets of /27 or larger (Elastic Load Balancing guide)."""


SubnetId = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8,17}$")]
"""Id of a subnet."""


class NetworkSettings(Group):
    """The VPC of a dedicated stack."""

    cidr: IPv4Network = Field(default=IPv4Network("10.64.0.0/22"), description="IPv4 range of the VPC (/16 to /28).")
    zone_count: int = Field(
        default=2, ge=2, le=6, description="Availability Zones (2 to 6, as many as the region has)."
    )
    zone_letters: str | None = Field(
        default=None,
        pattern=r"^[a-z]{2,6}$",
        description=(
            "Letters of the Availability Zones to use, first ones first (2 to 6), e.g. acd of ap-northeast-1."
            " Left out: those that are known of the Region."
        ),
    )
    reserved_cidrs: tuple[IPv4Network, ...] = Field(
        default=(), max_length=50, description="Ranges of peered networks and offices, which the VPC must not overlap."
    )


def zones_of(network: NetworkSettings, region: object) -> str | None:
    """Letters of the zones that `network` may use in `region`; None where nobody says them."""
    return network.zone_letters or ZONES_BY_REGION.get(str(region))


class SharedPlatformSettings(Group):
    """Ids of what the platform lends to a shared stack, and how its cost is allocated."""

    vpc_id: str = Field(pattern=r"^vpc-[0-9a-f]{8,17}$", description="VPC of the platform.")
    fleet_subnet_ids: tuple[SubnetId, ...] = Field(
        min_length=2, max_length=6, description="Private subnets, in 2+ zones."
    )
    load_balancer_arn: str = Field(
        pattern=arn("elasticloadbalancing", "loadbalancer/app/"), description="Load balancer whose listener is shared."
    )
    listener_arn: str = Field(
        pattern=arn("elasticloadbalancing", "listener/app/"), description="HTTPS listener that gets this stack's rules."
    )
    load_balancer_security_group_id: str = Field(
        pattern=r"^sg-[0-9a-f]{8,17}$", description="Security group of the load balancer."
    )
    web_acl_arn: str = Field(
        pattern=arn("wafv2", "regional/webacl/"),
        description=(
            "Web ACL of the listener; it has to refer to this stack's rule group (stack output ruleGroup). Each"
            " maintenance window looks whether it does, and fails where it does not. What it logs and samples is the"
            " platform's: its data protection has to hash authorization, cookie and plant:firewall.user_header."
        ),
    )
    cache_endpoint: str = Field(pattern=r"^[a-z0-9.-]+:[0-9]{2,5}$", description="Cache as host:port.")
    cache_security_group_id: str = Field(pattern=r"^sg-[0-9a-f]{8,17}$", description="Security group of the cache.")
    cache_user_arn: str = Field(
        pattern=arn("elasticache", "user:"), description="Cache user of this stack, limited to its key prefix."
    )
    cache_arn: str = Field(
        pattern=arn("elasticache", "(?:serverlesscache|replicationgroup):"),
        description="Cache that the user connects to.",
    )
    kms_key_arn: str = Field(
        pattern=arn("kms", "key/", "[A-Za-z0-9-]{1,100}"),
        description=(
            "Key for topics and logs. Its policy has to admit logs.<region>.amazonaws.com, cloudwatch.amazonaws.com,"
            " budgets.amazonaws.com, and without a condition events.amazonaws.com."
        ),
    )


class TenancySettings(Group):
    """Dedicated: the stack owns everything. Shared: the platform owns the front door, the cache and the key."""

    kind: Literal["dedicated", "shared"] = Field(default="dedicated", description="dedicated or shared.")
    network: NetworkSettings = Field(default_factory=NetworkSettings, description="VPC of a dedicated stack.")
    platform: SharedPlatformSettings | None = Field(
        default=None, description="What a shared stack borrows; required for kind shared, absent otherwise."
    )
