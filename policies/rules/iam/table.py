"""Data rules about iam."""

from __future__ import annotations

from typing import Final

from deployment.tokens import INSTANCE_PROFILE, ROLE
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "iam-boundary",
        ROLE,
        must_have("permissionsBoundary", "the ARN of the boundary policy"),
        title="Roles stay within a permissions boundary",
        severity=Severity.MEDIUM,
        why="The boundary holds even when somebody attaches a wider policy later.",
        fix="Set permissionsBoundary to the ARN of the stack's boundary policy.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    ),
    row(
        "iam-profile-has-role",
        INSTANCE_PROFILE,
        must_have("role", "the name of the role"),
        title="Every instance profile has a role",
        severity=Severity.MEDIUM,
        why="Instances with an empty profile can't log, and can't read their configuration.",
        fix="Set role.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html",
    ),
)
