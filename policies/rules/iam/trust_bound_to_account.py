"""Services assume roles for this account only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import statements
from policies.rules._grants import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

UNBOUND = ("ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A service may assume the role for this account only."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        services = [name for kind, name in statement.principals if kind == "Service" and name not in UNBOUND]
        bound = any(statement.condition_values(key) for key in ("aws:SourceAccount", "aws:SourceArn"))
        if statement.allows and services and not bound:
            yield Problem(
                f"assumeRolePolicy lets {services[0]} act for any account; add the condition aws:SourceAccount",
                "assumeRolePolicy",
            )


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
    types=ROLE,
    check=check,
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
)
