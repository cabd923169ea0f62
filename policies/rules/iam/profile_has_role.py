"""Every instance profile has a role."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import INSTANCE_PROFILE

RULE = Rule(
    id="iam-profile-has-role",
    title="Every instance profile has a role",
    severity=Severity.MEDIUM,
    why="Instances with an empty profile can't log, and can't read their configuration.",
    fix="Set role.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html",
    types=INSTANCE_PROFILE,
    check=must_be_set("role", "the name of the role"),
    passing={"profile": (INSTANCE_PROFILE[0], {"role": "id:role"})},
    failing={"profile": (INSTANCE_PROFILE[0], {})},
)
