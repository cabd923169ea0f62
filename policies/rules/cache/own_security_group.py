"""Caches have a security group of their own."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import CACHE_CLUSTER, REPLICATION_GROUP, SERVERLESS_CACHE

RULE = Rule(
    id="cache-own-security-group",
    title="Caches have a security group of their own",
    severity=Severity.HIGH,
    why="Without one the VPC's default group decides who reaches the cache.",
    fix="Set securityGroupIds to a group that admits the fleets only.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/elasticache-vpc-accessing.html",
    types=(*SERVERLESS_CACHE, *REPLICATION_GROUP, *CACHE_CLUSTER),
    check=must_be_set("securityGroupIds", "a security group that admits the fleets only"),
    passing={"cache": (SERVERLESS_CACHE[0], {"securityGroupIds": ["id:group"]})},
    failing={"cache": (SERVERLESS_CACHE[0], {})},
)
