"""A cache, its user group and its users fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import CACHE_USER, CACHE_USER_GROUP, REPLICATION_GROUP, SERVERLESS_CACHE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, shown, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

KIN: Final = ("valkey", "redis")
"""Engines whose users both take; memcached has none."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The group has users, of the cache's engine, and the cache's group is the stack's where it has one."""
    graph = context.graph
    if resource.type in CACHE_USER_GROUP:
        if is_absent(resource.get("userIds")):
            yield Problem("userIds is not set, so nobody can log in; name the application's user", "userIds")
        known = {one.get("userId") for one in graph.of_type(*CACHE_USER)}
        for name in strings(resource.get("userIds")):
            if known and name != "default" and name not in known:
                yield Problem(f"userIds names {name}, which is no user of this stack", "userIds")
        members = graph.referenced(resource, "userIds", *CACHE_USER)
        yield from other_engines(resource, members)
        return
    groups = [
        one for path in ("userGroupId", "userGroupIds") for one in graph.referenced(resource, path, *CACHE_USER_GROUP)
    ]
    ids = {one.get("userGroupId") for one in graph.of_type(*CACHE_USER_GROUP)}
    named = strings(resource.get("userGroupId"))
    if (
        groups
        and named
        and UNKNOWN not in ids
        and not set(named) & (ids | {one.outputs.get("id") for one in groups if not one.get("userGroupId")})
    ):
        yield Problem(
            f"userGroupId is {named[0]}, and the stack's group is {shown(next(iter(ids)))}; name it", "userGroupId"
        )
    if groups:
        yield from other_engines(resource, groups)
    elif graph.of_type(*CACHE_USER_GROUP) and isinstance(resource.get("userGroupId"), str):
        yield Problem(
            f"userGroupId is {shown(resource.get('userGroupId'))}, and the stack's group is another; name it",
            "userGroupId",
        )


def other_engines(owner: Resource, members: Any) -> Iterator[Problem]:
    """Members of another engine than their owner's."""
    engine = str(owner.get("engine")).lower()
    for member in members:
        theirs = member.get("engine")
        if UNKNOWN in (theirs, owner.get("engine")):
            continue
        text = str(theirs).lower()
        if text != engine or engine not in KIN:
            yield Problem(f"engine is {engine}, and {text} in {member.name}; make them equal", "engine", owner)


def _stack(engine: str) -> dict[str, Any]:
    return {
        "cache": (SERVERLESS_CACHE[0], {"engine": "valkey", "userGroupId": "id:users"}),
        "users": (CACHE_USER_GROUP[0], {"engine": engine, "userIds": ["id:app"]}),
        "app": (CACHE_USER[0], {"engine": engine, "userId": "id:app"}),
    }


RULE = Rule(
    id="cache-users-fit",
    title="A cache, its user group and its users fit together",
    severity=Severity.HIGH,
    why="AWS refuses a group of another engine; one without users lets nobody in.",
    fix="Give cache, group and users the same engine, and name the users in userIds.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
    types=(*SERVERLESS_CACHE, *REPLICATION_GROUP, *CACHE_USER_GROUP),
    reads_graph=True,
    check=check,
    passing=_stack("valkey"),
    failing=_stack("redis"),
)
