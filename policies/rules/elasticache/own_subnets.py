"""Caches are in private subnets of the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import CACHE_CLUSTER, REPLICATION_GROUP, SERVERLESS_CACHE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import default_routes, known_zones, subnets_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A cache is in subnets that the stack names, not in the default group."""
    if resource.type in SERVERLESS_CACHE:
        subnets = resource.get("subnetIds")
        if subnets is not UNKNOWN and len(subnets or ()) < 2:
            yield Problem("subnetIds names fewer than two; give private subnets in two zones", "subnetIds")
        elif (zones := known_zones(resource, context)) and len(zones) < 2:
            yield Problem(f"its subnets are all in {zones.pop()}; give subnets in two or more zones", "subnetIds")
        for subnet in subnets_of(resource, context):
            if ("ipv4", "gatewayId") in (default_routes(subnet, context) or ()):
                yield Problem(f"subnet {subnet.name} is public; give private subnets", "subnetIds")
        return
    name = resource.get("subnetGroupName")
    if name is not UNKNOWN and (is_absent(name) or name == "default"):
        yield Problem(f"subnetGroupName is {shown(name)}; give an aws.elasticache.SubnetGroup", "subnetGroupName")


RULE = Rule(
    id="cache-own-subnets",
    title="Caches are in private subnets of the stack",
    severity=Severity.MEDIUM,
    why="The default subnet group spans every subnet of the default VPC, the public ones too.",
    fix="Set subnetIds (serverless) or subnetGroupName.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-7",
    frameworks=("checkov:CKV_AWS_323", "fsbp:ElastiCache.7"),
    types=(*SERVERLESS_CACHE, *REPLICATION_GROUP, *CACHE_CLUSTER),
    reads_graph=True,
    check=check,
    passing={"cache": (SERVERLESS_CACHE[0], {"subnetIds": ["id:a", "id:b"]})},
    failing={"cache": (SERVERLESS_CACHE[0], {})},
)
