"""Cache users reach their own keys, with a proof of who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import shown
from policies.model import UNKNOWN, Resource, Severity
from policies.rule import Context, Problem, Rule, undecided
from policies.rules._tokens import CACHE_USER

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A user can't run every command on every key, and proves who it is."""
    access = resource.get("accessString")
    if access is UNKNOWN:
        yield undecided("accessString")
        return
    words = str(access or "").split()
    active = "on" in words
    if active and ("~*" in words or "allkeys" in words) and ("+@all" in words or "allcommands" in words):
        yield Problem(
            f"accessString is {shown(access)}; name key prefixes (~plant:*) and command categories", "accessString"
        )
    passwordless = (
        resource.get("noPasswordRequired") is True or resource.get("authenticationMode.type") == "no-password-required"
    )
    if active and passwordless:
        yield Problem(
            "an active user needs no password; use authenticationMode.type iam or password", "authenticationMode.type"
        )


RULE = Rule(
    id="cache-users-least-privilege",
    title="Cache users reach their own keys, with a proof of who they are",
    severity=Severity.HIGH,
    why="A user that may do everything to every key makes the user group a formality.",
    fix="Set accessString to a key prefix and categories, and authenticationMode.type to iam or password.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
    types=CACHE_USER,
    check=check,
    passing={
        "user": (
            CACHE_USER[0],
            {"accessString": "on ~plant:* -@all +@read +@write", "authenticationMode": {"type": "iam"}},
        )
    },
    failing={"user": (CACHE_USER[0], {"accessString": "on ~* +@all", "noPasswordRequired": True})},
)
