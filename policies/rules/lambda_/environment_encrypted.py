"""Environment variables of functions are encrypted with the stack's own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import FUNCTION
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule
from policies.table import must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Environment variables are encrypted with a key of one's own."""
    if not is_absent(resource.get("environment.variables")):
        yield from must_have("kmsKeyArn", "the ARN of the stack's key").check(resource, context)


RULE = Rule(
    id="functions-environment-encrypted",
    title="Environment variables of functions are encrypted with the stack's own key",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="With a key of one's own access can be withdrawn and is logged.",
    fix="Set kmsKeyArn to the ARN of the stack's key.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
    frameworks=("checkov:CKV_AWS_173",),
    types=FUNCTION,
    check=check,
    passing={"f": (FUNCTION[0], {"environment": {"variables": {"A": "b"}}, "kmsKeyArn": "arn:key"})},
    failing={"f": (FUNCTION[0], {"environment": {"variables": {"A": "b"}}})},
)
