"""Functions can't run without bound."""

from __future__ import annotations

from policies.checks import must_be_at_least
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import FUNCTION

RULE = Rule(
    id="functions-concurrency-bounded",
    title="Functions can't run without bound",
    severity=Severity.MEDIUM,
    why="A loop that calls a function a thousand times at once is paid for until somebody looks.",
    fix="Set reservedConcurrentExecutions.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
    frameworks=("checkov:CKV_AWS_115",),
    types=FUNCTION,
    check=must_be_at_least("reservedConcurrentExecutions", 1, "executions"),
    passing={"f": (FUNCTION[0], {"reservedConcurrentExecutions": 2})},
    failing={"f": (FUNCTION[0], {})},
)
