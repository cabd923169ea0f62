"""KMS keys say what they are for."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import KEY

RULE = Rule(
    id="data-key-described",
    title="KMS keys say what they are for",
    severity=Severity.LOW,
    why="A key nobody can explain is one nobody dares to delete, at $1 a month.",
    fix="Set description.",
    source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html",
    frameworks=("pulumi:missingDescription",),
    types=KEY,
    check=must_be_set("description", "what the key encrypts"),
    passing={"key": (KEY[0], {"description": "Notices and logs of the API"})},
    failing={"key": (KEY[0], {})},
)
