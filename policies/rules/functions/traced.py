"""Functions are traced."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.rules._tokens import FUNCTION

RULE = Rule(
    id="functions-traced",
    title="Functions are traced",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="A trace shows which call was slow.",
    fix="Set tracingConfig.mode to Active.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
    frameworks=("checkov:CKV_AWS_50", "pulumi:enableTracingConfig", "pulumi:configureTracingConfig"),
    types=FUNCTION,
    check=must_be("tracingConfig.mode", "Active", "PassThrough"),
    passing={"f": (FUNCTION[0], {"tracingConfig": {"mode": "Active"}})},
    failing={"f": (FUNCTION[0], {})},
)
