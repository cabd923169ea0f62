"""KMS keys can be saved from deletion."""

from __future__ import annotations

from policies.checks import must_be_at_least_if_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import KEY

RULE = Rule(
    id="data-key-deletion-window",
    title="KMS keys can be saved from deletion",
    severity=Severity.MEDIUM,
    why="Data encrypted with a deleted key is gone; the waiting time is the only way back.",
    fix="Set deletionWindowInDays to 7 or more, or leave it out (30).",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-3",
    frameworks=("fsbp:KMS.3",),
    types=KEY,
    check=must_be_at_least_if_set("deletionWindowInDays", 7, "days"),
    passing={"key": (KEY[0], {"deletionWindowInDays": 7})},
    failing={"key": (KEY[0], {"deletionWindowInDays": 1})},
)
