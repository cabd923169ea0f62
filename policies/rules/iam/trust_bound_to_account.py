"""Services assume roles for this account only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import ROLE
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import statements, trusted
from policies.rules._grants import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

TELLING: Final = (
    "apigateway",
    "appconfig",
    "backup",
    "budgets",
    "codebuild",
    "config",
    "ecs-tasks",
    "events",
    "firehose",
    "pipes",
    "sagemaker",
    "scheduler",
    "ssm",
    "states",
)
"""Services whose own documentation has aws:SourceAccount in the trust policy. Others, such as CloudTrail for its log
group and Elastic Transcoder, tell nothing when they assume a role, and fail on the condition (prowler#4714)."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A service that says for which account it acts may assume the role for this one only."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        telling = [name for kind, name in statement.principals if kind == "Service" and name.split(".")[0] in TELLING]
        if statement.allows and telling and not any(statement.condition_values(key) for key in BINDING):
            yield Problem(
                f"assumeRolePolicy lets {telling[0]} act for any account; add the condition aws:SourceAccount",
                "assumeRolePolicy",
            )


BINDING: Final = ("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths")

RULE = Rule(
    id="iam-trust-bound-to-account",
    title="Services assume roles for this account only",
    severity=Severity.MEDIUM,
    why=(
        "Without the condition somebody else's schedule or state machine can make the service use this role "
        "(confused deputy)."
    ),
    fix="Add Condition StringEquals aws:SourceAccount to assumeRolePolicy.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    frameworks=("prowler:iam_role_cross_service_confused_deputy_prevention",),
    types=ROLE,
    check=check,
    reads=("assumeRolePolicy",),
    kind=trusted,
    passing={
        "role": (
            ROLE[0],
            {
                "assumeRolePolicy": trusting(
                    {"Service": "states.amazonaws.com"}, StringEquals={"aws:SourceAccount": "123456789012"}
                )
            },
        )
    },
    failing={"role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "states.amazonaws.com"})})},
    also_passing=(
        {"role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "cloudtrail.amazonaws.com"})})},
        {"role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "elastictranscoder.amazonaws.com"})})},
        {"role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "lambda.amazonaws.com"})})},
    ),
)
