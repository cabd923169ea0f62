"""Cache users reach their own keys, with a proof of who they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import CACHE_USER
from deployment.unknown import SECRET, UNKNOWN
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD: Final = re.compile(
    r"on|off|reset(?:keys|channels)?|allkeys|allchannels|allcommands|nocommands|nopass"
    r"|[+-]@?[\w|*-]+|(?:%R?W?)?~\S+|&\S+|\(.*|.*\)"
)
EVERY_KEY: Final = ("~*", "allkeys", "%RW~*", "%W~*")
EVERY_COMMAND: Final = ("+@all", "allcommands")
RULING: Final = ("+@admin", "+@dangerous", "+flushall", "+flushdb", "+config", "+acl", "+@all", "allcommands")
"""Commands that change the cache itself, or what belongs to others."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A user can't run every command, nor reach every key, and proves who it is."""
    access = resource.get("accessString")
    if access is UNKNOWN:
        yield undecided("accessString")
        return
    words = str(access or "").split()
    if not words or words[0] not in ("on", "off") or (wrong := [one for one in words if not WORD.fullmatch(one)]):
        told = f"; {wrong[0]} is no part of one" if words and words[0] in ("on", "off") else ""
        yield Problem(
            f"accessString is {shown(access)}{told}; begin with on, then ~PREFIX* and +@category", "accessString"
        )
        return
    if words[0] == "off":
        return
    if any(word in EVERY_KEY for word in words) or not any("~" in word for word in words):
        yield Problem(f"accessString is {shown(access)}; name the prefix of its keys (~plant:*)", "accessString")
    ruling = [word for word in words if word.lower() in RULING]
    if ruling:
        yield Problem(f"accessString allows {ruling[0]}; name the categories it needs (+@read +@write)", "accessString")
    yield from proof_problems(resource, words)


def proof_problems(user: Resource, words: list[str]) -> Iterator[Problem]:
    """A user without a proof of who it is."""
    kind = user.get("authenticationMode.type")
    open_to_all = user.get("noPasswordRequired") is True or kind == "no-password-required" or "nopass" in words
    passwords = [user.get("passwords"), user.get("authenticationMode.passwords"), user.get("passwordsWo")]
    given = kind in ("iam", UNKNOWN, SECRET) or not all(is_absent(one) for one in passwords)
    if (
        kind == "iam"
        and user.get("userId") != user.get("userName")
        and UNKNOWN not in (user.get("userId"), user.get("userName"))
    ):
        yield Problem("userName is not userId, and IAM lets such a user in nowhere; make them equal", "userName")
    if open_to_all or not given:
        yield Problem(
            f"authenticationMode.type is {shown(kind)}, and an active user has to prove who it is; set iam or password",
            "authenticationMode.type",
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
