"""Caches ask who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import REPLICATION_GROUP, SERVERLESS_CACHE
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.table import must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Clients log in: by a user group, or by a token."""
    if resource.type in SERVERLESS_CACHE:
        if resource.get("engine") == "memcached":
            return
        yield from must_have("userGroupId", "a user group with least-privilege access strings").check(resource, context)
    elif is_absent(resource.get("userGroupIds")) and is_absent(resource.get("authToken")):
        yield Problem("neither userGroupIds nor authToken is set; give a user group", "userGroupIds")


RULE = Rule(
    id="cache-authenticated",
    title="Caches ask who is there",
    severity=Severity.HIGH,
    risk=Risk.EXPOSURE,
    why="A cache without users lets every process in the network read, write and flush it.",
    fix="Set userGroupId (serverless) or userGroupIds to an aws.elasticache.UserGroup.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
    frameworks=("checkov:CKV_AWS_31", "fsbp:ElastiCache.6"),
    types=(*SERVERLESS_CACHE, *REPLICATION_GROUP),
    check=check,
    passing={"cache": (SERVERLESS_CACHE[0], {"engine": "valkey", "userGroupId": "users"})},
    failing={"cache": (SERVERLESS_CACHE[0], {"engine": "valkey"})},
)
