"""A security group's rules are managed in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import EGRESS_RULE, INGRESS_RULE, SECURITY_GROUP, SECURITY_GROUP_RULE
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A group's rules are inline or resources of their own, not both."""
    # As declared: what AWS gives back of the group has the rules that are resources in it, too.
    inline = not is_absent(resource.inputs.get("ingress")) or not is_absent(resource.inputs.get("egress"))
    if not inline:
        return
    own = context.pointing_at(resource, "securityGroupId", *SECURITY_GROUP_RULE, *INGRESS_RULE, *EGRESS_RULE)
    if own:
        yield Problem(
            f"rules are inline and also in {own[0].name}; each deployment would undo the other's: keep one", "ingress"
        )


RULE = Rule(
    id="network-no-rule-conflicts",
    title="A security group's rules are managed in one place",
    severity=Severity.MEDIUM,
    why=("Inline rules and rule resources of one group overwrite each other, so what is open depends on who ran last."),
    fix="Drop ingress and egress of the group, and keep the rule resources.",
    source="https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/",
    frameworks=("awsguard:security-group-no-rule-management-conflicts",),
    types=SECURITY_GROUP,
    reads_graph=True,
    check=check,
    passing={"group": (SECURITY_GROUP[0], {}), "https": (INGRESS_RULE[0], {"securityGroupId": "id:group"})},
    failing={
        "group": (SECURITY_GROUP[0], {"ingress": [{"protocol": "tcp"}]}),
        "https": (INGRESS_RULE[0], {"securityGroupId": "id:group"}),
    },
)
