"""Functions are called by named callers only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import FUNCTION_PERMISSION, FUNCTION_URL
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

BINDING = ("sourceArn", "sourceAccount", "principalOrgId")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Not everybody may call the function: neither by a permission nor by its own URL."""
    if resource.type in FUNCTION_URL:
        if resource.get("authorizationType") == "NONE":
            yield Problem(
                "authorizationType is NONE, so everybody may call; set it to AWS_IAM, and have CloudFront sign",
                "authorizationType",
            )
    elif resource.get("principal") == "*":
        signed = resource.get("functionUrlAuthType") == "AWS_IAM"
        if not signed and not any(resource.gives(path) for path in BINDING):
            yield Problem("principal is *; name the service or account, or bind it by principalOrgId", "principal")


_PERMISSION = {"p": (FUNCTION_PERMISSION[0], {"principal": "events.amazonaws.com", "sourceArn": "arn:rule"})}

RULE = Rule(
    id="functions-not-public",
    title="Functions are called by named callers only",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A function open to everyone is code, and a bill, that everyone may run.",
    fix="Set principal to a service with sourceArn, or authorizationType to AWS_IAM.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-1",
    frameworks=("checkov:CKV_AWS_258", "checkov:CKV_AWS_301", "checkov:CKV2_AWS_75", "fsbp:Lambda.1"),
    types=(*FUNCTION_PERMISSION, *FUNCTION_URL),
    check=check,
    passing=_PERMISSION,
    failing={"p": (FUNCTION_PERMISSION[0], {"principal": "*"})},
    also_passing=each(
        _PERMISSION,
        {"p": (FUNCTION_PERMISSION[0], {"principal": "*", "principalOrgId": "o-a1b2c3d4e5"})},
        {"p": (FUNCTION_URL[0], {"authorizationType": "AWS_IAM"})},
    ),
    also_failing=each(_PERMISSION, {"p": (FUNCTION_URL[0], {"authorizationType": "NONE"})}),
)
