"""Roles stay within a permissions boundary."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import ROLE

RULE = Rule(
    id="iam-boundary",
    title="Roles stay within a permissions boundary",
    severity=Severity.MEDIUM,
    why="The boundary holds even when somebody attaches a wider policy later.",
    fix="Set permissionsBoundary to the ARN of the stack's boundary policy.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    types=ROLE,
    check=must_be_set("permissionsBoundary", "the ARN of the boundary policy"),
    passing={"role": (ROLE[0], {"permissionsBoundary": "arn:boundary"})},
    failing={"role": (ROLE[0], {})},
)
