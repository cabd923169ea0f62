"""KMS key policies can't lock everybody out."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Rule
from policies.rules._tokens import KEY

RULE = Rule(
    id="data-key-lockout-check",
    title="KMS key policies can't lock everybody out",
    severity=Severity.MEDIUM,
    why="A policy that its author can't change any more makes the key, and the data, unmanageable.",
    fix="Leave bypassPolicyLockoutSafetyCheck at false.",
    source="https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html",
    frameworks=("pulumi:disallowBypassPolicyLockoutSafetyCheck",),
    types=KEY,
    check=must_be("bypassPolicyLockoutSafetyCheck", False, None),
    remediate=set_to("bypassPolicyLockoutSafetyCheck", False),
    passing={"key": (KEY[0], {"bypassPolicyLockoutSafetyCheck": False})},
    failing={"key": (KEY[0], {"bypassPolicyLockoutSafetyCheck": True})},
)
