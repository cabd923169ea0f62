"""Policies name the resources that they read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._grants import POLICY_HOLDERS, bindable, granting, grants, reads_only, unknown_paths

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A statement whose reading actions can be bound to resources names them; `writes_bound` judges the others."""
    for path in unknown_paths(resource):
        yield undecided(path)
    for grant in grants(resource, context):
        if grant.statement.not_resources:
            yield Problem(f"{grant.path} allows {grant.label} on all but some resources (NotResource)", grant.path)
        elif grant.everywhere and (found := [one for one in bindable(grant.statement) if reads_only(one)]):
            yield Problem(
                f"{grant.path} allows {', '.join(found[:3])} on every resource; name the ARNs, or add a condition",
                grant.path,
            )


RULE = Rule(
    id="iam-resources-named",
    title="Policies name the resources that they read",
    severity=Severity.HIGH,
    why="With Resource * one leaked credential reaches everything of that kind in the account.",
    fix="Name ARNs as Resource; only actions that IAM can't bind, such as Describe, may keep *.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    frameworks=("checkov:CKV_AWS_355",),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    passing={"policy": (ROLE_POLICY[0], {"policy": granting("ec2:DescribeInstances")})},
    failing={"policy": (ROLE_POLICY[0], {"policy": granting("dynamodb:GetItem")})},
)
