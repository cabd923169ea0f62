"""No chain of permissions makes a role administrator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import IAM_POLICY, ROLE, ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._chains import Chains
from policies.rules._grants import granting, trusting
from policies.rules._suspects import suspects

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The role can't get every right, whatever it does first."""
    steps = Chains(context, resource).to_administrator() if resource.urn in context.once(suspects) else None
    if steps:
        yield Problem(f"it can become administrator: {'; '.join(steps)}. Bind one of these steps")


_OTHERS = "arn:aws:iam::123456789012:role/app-*"


def _making(*conditions: dict[str, dict[str, str]]) -> str:
    """Policy of a role that makes others, for examples."""
    condition = {"Condition": conditions[0]} if conditions else {}
    actions = ["iam:CreateRole", "iam:PutRolePolicy"]
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": actions, "Resource": _OTHERS, **condition}]})


RULE = Rule(
    id="iam-no-escalation-chain",
    title="No chain of permissions makes a role administrator",
    severity=Severity.CRITICAL,
    why="Rights that look small one by one, e.g. to make a role and to pass it on, are every right together.",
    fix=(
        "Bind a step of the chain: iam:PermissionsBoundary on what makes and changes roles, iam:PolicyARN on"
        " iam:AttachRolePolicy, iam:PassedToService on iam:PassRole, or name the roles."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    frameworks=("checkov:CKV_AWS_286",),
    types=ROLE,
    reads_graph=True,
    check=check,
    passing={
        "deploy": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "ec2.amazonaws.com"})}),
        "bound": (IAM_POLICY[0], {"policy": granting("s3:GetObject")}),
        "policy": (
            ROLE_POLICY[0],
            {"role": "id:deploy", "policy": _making({"StringEquals": {"iam:PermissionsBoundary": "arn:bound"}})},
        ),
    },
    failing={
        "deploy": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "ec2.amazonaws.com"})}),
        "policy": (ROLE_POLICY[0], {"role": "id:deploy", "policy": _making()}),
    },
)
