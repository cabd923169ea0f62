"""Default security groups have no rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import DEFAULT_SECURITY_GROUP, EGRESS_RULE, INGRESS_RULE, SECURITY_GROUP_RULE, VPC
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


RULES_APART: Final = (*SECURITY_GROUP_RULE, *INGRESS_RULE, *EGRESS_RULE)
"""Rules that are resources of their own."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The VPC's default security group is taken over, and has no rules."""
    groups = context.pointing_at(resource, "vpcId", *DEFAULT_SECURITY_GROUP)
    if not groups:
        yield Problem("its default security group lets everything out; add aws.ec2.DefaultSecurityGroup without rules")
    for group in groups:
        if not is_absent(group.get("ingress")) or not is_absent(group.get("egress")):
            yield Problem("the default security group has rules; leave ingress and egress empty", "ingress", group)
        for rule in context.pointing_at(group, "securityGroupId", *RULES_APART):
            yield Problem("it is a rule of the default security group; put it on a group of its own", None, rule)


RULE = Rule(
    id="network-default-security-group-empty",
    title="Default security groups have no rules",
    severity=Severity.HIGH,
    why=(
        "Whatever is made without naming a group gets the default one, which lets its members speak to each "
        "other and out."
    ),
    fix="Add aws.ec2.DefaultSecurityGroup with the VPC's id and neither ingress nor egress.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2",
    frameworks=("checkov:CKV2_AWS_12", "fsbp:EC2.2"),
    types=VPC,
    reads_graph=True,
    check=check,
    passing={"vpc": (VPC[0], {}), "default": (DEFAULT_SECURITY_GROUP[0], {"vpcId": "id:vpc"})},
    failing={
        "vpc": (VPC[0], {}),
        "default": (DEFAULT_SECURITY_GROUP[0], {"vpcId": "id:vpc", "egress": [{"protocol": "-1"}]}),
    },
    also_failing=(
        {"vpc": (VPC[0], {})},
        {
            "vpc": (VPC[0], {}),
            "default": (DEFAULT_SECURITY_GROUP[0], {"vpcId": "id:vpc"}),
            "out": (EGRESS_RULE[0], {"securityGroupId": "id:default", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}),
        },
    ),
)
