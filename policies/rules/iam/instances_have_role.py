"""Instances act under a role of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A template names an instance profile."""
    if is_absent(resource.get("iamInstanceProfile.arn")) and is_absent(resource.get("iamInstanceProfile.name")):
        yield Problem("iamInstanceProfile is not set; give the ARN of a least-privilege profile", "iamInstanceProfile")


RULE = Rule(
    id="iam-instances-have-role",
    title="Instances act under a role of their own",
    severity=Severity.MEDIUM,
    why="An instance without a role needs credentials on disk, or can't log and read its configuration.",
    fix="Set iamInstanceProfile.arn to a least-privilege instance profile.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html",
    types=LAUNCH_TEMPLATE,
    check=check,
    passing={"template": (LAUNCH_TEMPLATE[0], {"iamInstanceProfile": {"arn": "arn:profile"}})},
    failing={"template": (LAUNCH_TEMPLATE[0], {})},
)
