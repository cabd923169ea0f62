"""Functions hold no credentials in their environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import FUNCTION
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._credentials import is_credential

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No environment variable holds a credential."""
    variables = resource.get("environment.variables")
    for name, value in variables.items() if isinstance(variables, Mapping) else ():
        if is_credential(name, value):
            path = f"environment.variables.{name}"
            yield Problem(f"{path} holds what looks like a credential; give the ARN of a secret instead", path)


_KEPT: Final = {
    "TABLE": "plants",
    "TOKEN_URL": "https://login.example.com/token",
    "DB_PASSWORD": "/prod/db/password",
    "DB_SECRET": "prod/db",
    "API_KEY": "arn:aws:secretsmanager:us-east-1:123456789012:secret:key",
}
_FUNCTION: Final[Example] = {"f": (FUNCTION[0], {"environment": {"variables": _KEPT}})}

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
    reads=("environment",),
    passing=_FUNCTION,
    failing=each(_FUNCTION, {"f.environment.variables.KEY": "AKIAIOSFODNN7EXAMPLE"})[0],
    also_failing=each(
        _FUNCTION,
        {"f.environment.variables.DB_PASSWORD": "correct-horse"},
        {"f.environment.variables.stripeApiKey": "sk_live_4eC39Hq"},
    ),
)
