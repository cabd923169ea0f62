"""The security groups, subnets and launch templates of load balancers, fleets and caches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.tokens import (
    LAUNCH_TEMPLATE,
    ROUTE_TABLE_ASSOCIATION,
    SECURITY_GROUP,
    SUBNET,
)
from policies.context import Context

ASSOCIATION: Final = ROUTE_TABLE_ASSOCIATION[0]
TEMPLATE_PATHS: Final = ("launchTemplate", "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification")
"""Where a scaling group names its launch template."""


def templates_of(group: Resource, context: Context) -> Iterator[Resource]:
    """Launch templates of a scaling group."""
    for path in TEMPLATE_PATHS:
        yield from context.graph.referenced(group, path, *LAUNCH_TEMPLATE)


def groups_of(resource: Resource, context: Context) -> tuple[Resource, ...]:
    """Security groups of the stack that a load balancer, launch template or cache is in."""
    paths = ("securityGroups", "networkInterfaces", "vpcSecurityGroupIds", "securityGroupIds")
    found = {one.urn: one for path in paths for one in context.graph.referenced(resource, path, *SECURITY_GROUP)}
    return tuple(found.values())


SUBNET_PATHS: Final = ("subnets", "vpcZoneIdentifiers", "subnetIds")


def subnets_of(resource: Resource, context: Context) -> tuple[Resource, ...]:
    """Subnets of the stack that a load balancer, scaling group or cache is in."""
    return tuple(one for path in SUBNET_PATHS for one in context.graph.referenced(resource, path, *SUBNET))


def known_zones(resource: Resource, context: Context) -> set[str]:
    """Availability Zones of the subnets that `resource` is in; none when that of some is not known or not declared."""
    subnets = subnets_of(resource, context)
    named = [one.get("availabilityZone") or one.get("availabilityZoneId") for one in subnets]
    given = sum(len(value) for path in SUBNET_PATHS if isinstance(value := resource.get(path), list))
    known = {zone for zone in named if isinstance(zone, str)}
    return known if subnets and len(subnets) == given and all(isinstance(zone, str) for zone in named) else set()
