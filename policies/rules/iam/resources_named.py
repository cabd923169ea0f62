"""Policies name the resources that they read and change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE_POLICY
from policies.context import Context
from policies.examples import each
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import HOLDING, POLICY_HOLDERS, bindable, granted, granting, grants

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A statement whose actions can be bound to resources names them."""
    for grant in grants(resource, context):
        if grant.statement.not_resources:
            yield Problem(f"{grant.path} allows {grant.label} on all but some resources (NotResource)", grant.path)
        elif grant.everywhere and (found := bindable(grant.statement)):
            yield Problem(
                f"{grant.path} allows {', '.join(found[:3])} on every resource; name the ARNs, or add a condition",
                grant.path,
            )


_READER = {"policy": (ROLE_POLICY[0], {"policy": granting("ec2:DescribeInstances")})}
_BUT_ONE = '{"Statement": {"Effect": "Allow", "Action": "sns:Publish", "NotResource": "arn:aws:sns:us-east-1:1:one"}}'

RULE = Rule(
    id="iam-resources-named",
    title="Policies name the resources that they read and change",
    severity=Severity.HIGH,
    why="With Resource * one leaked credential reaches everything of that kind in the account.",
    fix="Name ARNs as Resource; only actions that IAM can't bind, such as Describe, may keep *.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    frameworks=("checkov:CKV_AWS_290", "checkov:CKV_AWS_355"),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    only_with=HOLDING,
    kind=granted,
    passing=_READER,
    failing=each(_READER, {"policy.policy": granting("elasticloadbalancing:ModifyRule")})[0],
    also_failing=each(_READER, {"policy.policy": granting("dynamodb:GetItem")}, {"policy.policy": _BUT_ONE}),
)
