"""Functions hold no credentials in their environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from deployment.graph import Resource
from deployment.tokens import FUNCTION
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

SECRET_NAME = re.compile(r"(?i)password|passwd|secret|token|private.?key|api.?key")
SECRET_VALUE = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}|-----BEGIN (?:RSA |EC )?PRIVATE KEY-----")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No environment variable holds a credential."""
    variables = resource.get("environment.variables")
    if not isinstance(variables, Mapping):
        return
    for name, value in variables.items():
        if isinstance(value, str) and (
            SECRET_VALUE.search(value) or (SECRET_NAME.search(name) and not value.startswith("arn:"))
        ):
            yield Problem(
                f"environment.variables.{name} holds what looks like a credential; give its ARN instead", "environment"
            )


RULE = Rule(
    id="functions-no-secrets-in-environment",
    title="Functions hold no credentials in their environment",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Whoever may read the function's configuration reads them.",
    fix="Pass the ARN of a secret or parameter, and read it at start.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    frameworks=("checkov:CKV_AWS_45",),
    types=FUNCTION,
    check=check,
    passing={"f": (FUNCTION[0], {"environment": {"variables": {"TABLE": "plants"}}})},
    failing={"f": (FUNCTION[0], {"environment": {"variables": {"KEY": "AKIAIOSFODNN7EXAMPLE"}}})},
)
