"""No role administers the account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource, first_step
from deployment.tokens import (
    ATTACHMENTS_EXCLUSIVE,
    GROUP_POLICY_ATTACHMENT,
    IAM_POLICY,
    POLICY_ATTACHMENT,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    USER_POLICY_ATTACHMENT,
)
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import Statement
from policies.rules._grants import EVERYTHING, HOLDING, POLICY_HOLDERS, allowed, granted, granting, grants

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

POLICIES: Final = ("/AdministratorAccess", "/IAMFullAccess")
LEADING: Final = ("iam:AttachUserPolicy", "iam:CreatePolicyVersion", "iam:PassRole")
"""Actions that lead to all of them; what allows each of these on everything administers the account."""
ARNS: Final = ("policyArn", "managedPolicyArns[*]", "policyArns[*]")
_ATTACHING: Final = frozenset(map(first_step, ARNS))


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No managed policy that administers the account is attached, and no policy allows everything on everything."""
    for path in ARNS:
        for value in resource.all(path):
            if isinstance(value, str) and value.endswith(POLICIES):
                yield Problem(f"{path} is {value}; attach a policy that names actions and resources", path)
    if resource.type in POLICY_HOLDERS:
        for grant in grants(resource, context):
            if administers(grant.statement):
                told = next((one for one in grant.statement.actions if is_all((one,))), "all but some actions")
                yield Problem(f"{grant.path} allows {told} on everything; name actions and resources", grant.path)


def _kind(resource: Resource, context: Context) -> Hashable:
    """What attaches policies is judged by itself."""
    attaches = not (_ATTACHING.isdisjoint(resource.inputs) and _ATTACHING.isdisjoint(resource.outputs))
    return None if attaches else granted(resource, context)


def administers(statement: Statement) -> bool:
    """True when an Allow covers what leads to every action, on everything, and no condition narrows it down."""
    if statement.conditions and not _all_true(statement):
        return False
    anywhere = bool(statement.not_resources) or any(EVERYTHING.fullmatch(one) for one in statement.resources)
    excluded = statement.not_actions
    return anywhere and (is_all(statement.actions) or (bool(excluded) and not allowed(LEADING, excluded)))


def is_all(patterns: tuple[str, ...]) -> bool:
    """True when one of `patterns` covers everything that leads to all actions."""
    return any(len(allowed(LEADING, (one,))) == len(LEADING) for one in patterns)


def _all_true(statement: Statement) -> bool:
    """True when every value that the conditions compare with is ``*``, which holds for everybody."""
    values = [
        value
        for operator, operands in statement.conditions.items()
        if str(operator).startswith(("StringLike", "ArnLike")) and isinstance(operands, dict)
        for given in operands.values()
        for value in (given if isinstance(given, list) else [given])
    ]
    narrowing = [one for one in statement.conditions if not str(one).startswith(("StringLike", "ArnLike"))]
    return not narrowing and bool(values) and all(value == "*" for value in values)


def _stating(**statement: object) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", **statement}]})


_READER = {
    "attach": (ROLE_POLICY_ATTACHMENT[0], {"policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"}),
    "policy": (ROLE_POLICY[0], {"policy": granting("*", resource="arn:aws:s3:::plants/*")}),
}

RULE = Rule(
    id="iam-no-administrator",
    title="No role administers the account",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A leaked credential of such a role is a lost account.",
    fix="Take the managed policy, or the statement, out; write one with the actions and resources needed.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-1",
    frameworks=("checkov:CKV_AWS_274", "checkov:CKV2_AWS_56", "checkov:CKV_AWS_62", "fsbp:IAM.1"),
    types=(
        *POLICY_HOLDERS,
        *ROLE_POLICY_ATTACHMENT,
        *POLICY_ATTACHMENT,
        *USER_POLICY_ATTACHMENT,
        *GROUP_POLICY_ATTACHMENT,
        *ATTACHMENTS_EXCLUSIVE,
    ),
    reads_graph=True,
    check=check,
    kind=_kind,
    only_with=(*HOLDING, *map(first_step, ARNS)),
    passing=_READER,
    failing={"attach": (ROLE_POLICY_ATTACHMENT[0], {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})},
    also_passing=(
        {"policy": (ROLE_POLICY[0], {"policy": _stating(NotAction=["iam:*", "organizations:*"], Resource="*")})},
        {
            "policy": (
                ROLE_POLICY[0],
                {
                    "policy": _stating(
                        Action="*", Resource="*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}
                    )
                },
            )
        },
        {
            "boundary": (IAM_POLICY[0], {"policy": granting("*")}),
            "role": (ROLE[0], {"permissionsBoundary": "arn:boundary"}),
        },
    ),
    also_failing=each(
        _READER,
        {"policy.policy": granting("*")},
        {"policy.policy": granting("IAM:*")},
        {"policy.policy": granting("*", resource="arn:aws:*:*:*:*")},
        {"policy.policy": granting("iam:*", resource="arn:aws:iam::123456789012:role/*")},
        {"policy.policy": _stating(NotAction="s3:DeleteBucket", Resource="*")},
        {"policy.policy": _stating(Action="*", NotResource="arn:aws:s3:::one")},
        {"policy.policy": _stating(Action="*", Resource="*", Condition={"StringLike": {"aws:PrincipalArn": "*"}})},
        {
            "attach": (
                ATTACHMENTS_EXCLUSIVE[0],
                {"roleName": "ci", "policyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
            )
        },
    ),
)
