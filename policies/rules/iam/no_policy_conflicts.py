"""A role's policies are managed in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A role's managed policies are listed in the role or attached by resources, not both."""
    # Inputs alone: the provider writes all that a role has into its outputs, and what the program lists nowhere it
    # leaves alone (aws_iam_role, provider 6.71.0: "will ignore policy attachments to this resource").
    listed = not is_absent(resource.inputs.get("managedPolicyArns"))
    if listed and (attached := context.graph.referrers(resource, *ROLE_POLICY_ATTACHMENT)):
        yield Problem(f"managedPolicyArns and {attached[0].name} would undo each other; keep one", "managedPolicyArns")
    inline = not is_absent(resource.inputs.get("inlinePolicies"))
    if inline and (own := context.graph.referrers(resource, *ROLE_POLICY)):
        yield Problem(f"inlinePolicies and {own[0].name} would undo each other; keep one", "inlinePolicies")


RULE = Rule(
    id="iam-no-policy-conflicts",
    title="A role's policies are managed in one place",
    severity=Severity.MEDIUM,
    why="Lists in the role and resources beside it overwrite each other, so its rights depend on who ran last.",
    fix="Drop managedPolicyArns and inlinePolicies, and keep the resources.",
    source="https://www.pulumi.com/registry/packages/aws/api-docs/iam/role/",
    frameworks=("awsguard:iam-role-no-policy-management-conflicts",),
    types=ROLE,
    reads_graph=True,
    check=check,
    passing={"role": (ROLE[0], {}), "policy": (ROLE_POLICY[0], {"role": "id:role"})},
    failing={"role": (ROLE[0], {"inlinePolicies": [{"name": "x"}]}), "policy": (ROLE_POLICY[0], {"role": "id:role"})},
    also_failing=(
        {
            "role": (ROLE[0], {"managedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}),
            "attachment": (ROLE_POLICY_ATTACHMENT[0], {"role": "id:role"}),
        },
    ),
)
