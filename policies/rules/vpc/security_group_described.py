"""Security groups say what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SECURITY_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT = "Managed by Pulumi"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A security group says what it is for."""
    text = resource.get("description")
    if text is not UNKNOWN and (is_absent(text) or text == DEFAULT):
        yield Problem(
            f"description is {shown(text)}; say what the group is for (it can't be changed later)", "description"
        )


RULE = Rule(
    id="network-security-group-described",
    title="Security groups say what they are for",
    severity=Severity.LOW,
    why="A group nobody can explain is one nobody dares to close.",
    fix="Set description; changing it later replaces the group.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    frameworks=("checkov:CKV_AWS_23", "pulumi:missingDescription"),
    types=SECURITY_GROUP,
    check=check,
    passing={"group": (SECURITY_GROUP[0], {"description": "Load balancer of the API"})},
    failing={"group": (SECURITY_GROUP[0], {})},
)
