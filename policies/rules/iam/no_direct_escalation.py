"""No policy makes whoever has it administrator in one step."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from typing import Final

from deployment.errors import SHAPE_ERRORS
from deployment.graph import Resource
from deployment.tokens import IAM_POLICY, ROLE, ROLE_POLICY
from deployment.unknown import watched
from policies.checks import is_absent
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._chains import RUNNING
from policies.rules._documents import Statement
from policies.rules._grants import (
    HOLDING,
    POLICY_HOLDERS,
    THEMSELVES,
    documents,
    granted,
    granting,
    grants,
    is_any,
    trusting,
)
from policies.rules._permissions import ATTACHMENTS, concerns
from policies.rules.iam.no_escalation import RAISING

OF_USERS: Final = ("iam:AttachUserPolicy", "iam:PutUserPolicy")
"""What gives a user more rights."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No document lets its holder raise anybody, or run something of its own with any role it likes."""
    found = list(_raised(resource, context))
    if found and not _bounded(resource, context):
        yield from found


def _kind(resource: Resource, context: Context) -> Hashable:
    """Who may raise somebody is judged by itself: whether a boundary holds is said elsewhere."""
    return None if resource.urn in context.once(_raising) else granted(resource, context)


def _raising(context: Context) -> frozenset[str]:
    holders = context.graph.with_any(HOLDING, *POLICY_HOLDERS)
    firsts, kinds = context.alike(granted, holders)
    with watched(off=True):  # what can't be read is judged by itself
        raising = [_may_raise(first, context) for first in firsts]
    return frozenset(one.urn for one, kind in zip(holders, kinds, strict=True) if raising[kind])


def _may_raise(resource: Resource, context: Context) -> bool:
    try:
        return any(True for _ in _raised(resource, context))
    except SHAPE_ERRORS:  # which `check` tells
        return True


def _raised(resource: Resource, context: Context) -> Iterator[Problem]:
    """What makes whoever has the document administrator, as far as no boundary holds."""
    given = {path: found or () for path, found in documents(resource)}
    for grant in grants(resource, context):
        statement = grant.statement
        if statement.conditions:
            continue
        whole = given[grant.path]
        if any(map(THEMSELVES.search, statement.resources)) and (
            raised := [action for action in grant.allows(*OF_USERS) if not _denied(action, whole)]
        ):
            yield Problem(
                f"{grant.path} allows {raised[0]} on whoever asks; leave people their keys and passwords only",
                grant.path,
            )
        if not any(is_any(target) for target in statement.resources):
            continue
        raising = [action for action in grant.allows(*RAISING) if not _denied(action, whole)]
        if raising:
            yield Problem(
                f"{grant.path} allows {raising[0]} on everybody; name the ARNs, or add a condition", grant.path
            )
        elif grant.allows("iam:PassRole") and (way := _way(whole)):
            yield Problem(
                f"{grant.path} allows iam:PassRole of every role, and {' and '.join(way)} to use it;"
                " name the roles, or bind it by iam:PassedToService",
                grant.path,
            )


def _way(whole: tuple[Statement, ...]) -> tuple[str, ...]:
    """Actions of the document by which a passed role does what its caller says; none without."""
    if _denied("iam:PassRole", whole):
        return ()
    for ways in RUNNING.values():
        for way in ways:
            if all(_granted(action, whole) for action in way):
                return way
    return ()


def _granted(action: str, whole: tuple[Statement, ...]) -> bool:
    return any(one.allows and not one.conditions and concerns(one, action) for one in whole) and not _denied(
        action, whole
    )


def _denied(action: str, whole: tuple[Statement, ...]) -> bool:
    """True when the document takes `action` back, for whatever."""
    return any(one.effect == "Deny" and concerns(one, action) for one in whole)


def _bounded(resource: Resource, context: Context) -> bool:
    """True when everybody who has the policy has a permissions boundary, too."""
    if resource.type in ROLE:
        return not is_absent(resource.get("permissionsBoundary"))
    holders = context.graph.referenced(resource, "role", *ROLE) if resource.type in ROLE_POLICY else []
    if resource.type in IAM_POLICY:
        holders = [
            role
            for attachment in context.pointing_at(resource, "policyArn", *ATTACHMENTS)
            for path in ("role", "roles")
            for role in context.graph.referenced(attachment, path, *ROLE)
        ]
    return bool(holders) and all(not is_absent(role.get("permissionsBoundary")) for role in holders)


_BOUND: Final = {
    "role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "ec2.amazonaws.com"}), "permissionsBoundary": "arn:b"}),
    "policy": (IAM_POLICY[0], {"policy": granting("iam:PutRolePolicy")}),
    "attachment": (ATTACHMENTS[0], {"role": "id:role", "policyArn": "id:policy"}),
}
_INLINE: Final = {
    "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": granting("iam:PassRole", "lambda:CreateFunction")}),
    "role": _BOUND["role"],
}
_OWN_USER: Final = "arn:aws:iam::*:user/${aws:username}"
_FORBIDDEN: Final = json.dumps(
    {
        "Statement": [
            {"Effect": "Allow", "Action": ["iam:*Policy", "iam:PassRole", "ec2:RunInstances"], "Resource": "*"},
            {"Effect": "Deny", "Action": ["iam:*Policy", "iam:PassRole"], "Resource": "*"},
        ]
    }
)

RULE = Rule(
    id="iam-no-direct-escalation",
    title="No policy makes whoever has it administrator in one step",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why=(
        "Who may attach or rewrite any policy, or start something with any role, has every right of the account one"
        " call later, and so has whoever gets hold of the workload."
    ),
    fix=(
        "Name the roles and policies as Resource, bind iam:PassRole by iam:PassedToService, or give the role a"
        " permissions boundary."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    frameworks=(
        "checkov:CKV_AWS_286",
        "prowler:iam_policy_allows_privilege_escalation",
        "prowler:iam_inline_policy_allows_privilege_escalation",
    ),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    kind=_kind,
    only_with=HOLDING,
    passing={"policy": (ROLE_POLICY[0], {"policy": granting("iam:PassRole", "ecs:RunTask")})},
    also_passing=(
        _BOUND,
        _INLINE,
        {"policy": (ROLE_POLICY[0], {"policy": _FORBIDDEN})},
        {"role": (ROLE[0], {"permissionsBoundary": "arn:b", "inlinePolicies": [{"policy": granting("iam:*Policy")}]})},
        {"policy": (ROLE_POLICY[0], {"policy": granting("iam:PutRolePolicy", resource="arn:aws:iam::1:role/app-*")})},
        {"policy": (IAM_POLICY[0], {"policy": granting("iam:CreateAccessKey", resource=_OWN_USER)})},
    ),
    failing={"policy": (ROLE_POLICY[0], {"policy": granting("iam:PassRole", "ec2:RunInstances")})},
    also_failing=(
        {"policy": (ROLE_POLICY[0], {"policy": granting("iam:AttachRolePolicy")})},
        {"policy": (IAM_POLICY[0], {"policy": granting("iam:PutUserPolicy", resource=_OWN_USER)})},
        *each(_BOUND, {"role.permissionsBoundary": None}),
        *each(_INLINE, {"role.permissionsBoundary": None}),
    ),
)
