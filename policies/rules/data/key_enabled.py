"""KMS keys are enabled."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import KEY

RULE = Rule(
    id="data-key-enabled",
    title="KMS keys are enabled",
    severity=Severity.MEDIUM,
    why="With its key disabled, what is encrypted can be neither read nor written.",
    fix="Leave isEnabled at true.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
    frameworks=("checkov:CKV_AWS_227",),
    types=KEY,
    check=must_be("isEnabled", True, None),
    passing={"key": (KEY[0], {"isEnabled": True})},
    failing={"key": (KEY[0], {"isEnabled": False})},
)
