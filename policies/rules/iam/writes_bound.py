"""Nothing is changed everywhere: a statement that writes names what it writes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import POLICY_HOLDERS, bindable, granting, grants, reads_only

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A statement on every resource allows no action that changes something."""
    for grant in grants(resource, context):
        if grant.everywhere:
            found = [action for action in bindable(grant.statement) if not reads_only(action)]
            if found:
                yield Problem(
                    f"{grant.path} allows {', '.join(found[:3])} on every resource; name the ARNs, or add a condition",
                    grant.path,
                )


RULE = Rule(
    id="iam-writes-bound",
    title="Policies that change something name what",
    severity=Severity.HIGH,
    why="One leaked credential would change or delete everything of that kind in the account.",
    fix="Name ARNs as Resource, or bind the statement by a condition.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    frameworks=("checkov:CKV_AWS_290", "checkov:CKV_AWS_355"),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    passing={"policy": (ROLE_POLICY[0], {"policy": granting("elasticloadbalancing:DescribeRules")})},
    failing={"policy": (ROLE_POLICY[0], {"policy": granting("elasticloadbalancing:ModifyRule")})},
)
