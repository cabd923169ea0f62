"""Functions are called by named callers only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import FUNCTION_PERMISSION, FUNCTION_URL
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A permission names who may call, and a service for which resource."""
    principal = resource.get("principal")
    if resource.type in FUNCTION_URL:
        if resource.get("authorizationType") != "AWS_IAM":
            yield Problem(
                f"authorizationType is {shown(resource.get('authorizationType'))}; set it to AWS_IAM",
                "authorizationType",
            )
        origins = [value for value in resource.all("cors.allowOrigins[*]") if value == "*"]
        if origins:
            yield Problem("cors.allowOrigins holds *; name the origins", "cors.allowOrigins")
        return
    narrowed = any(not is_absent(resource.get(path)) for path in ("sourceArn", "sourceAccount", "principalOrgId"))
    if principal == "*":
        yield Problem("principal is *; name the service or account", "principal")
    elif isinstance(principal, str) and principal.endswith(".amazonaws.com") and not narrowed:
        yield Problem(f"principal {principal} may call for anybody; set sourceArn", "sourceArn")


RULE = Rule(
    id="functions-not-public",
    title="Functions are called by named callers only",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A function open to everyone is code, and a bill, that everyone may run.",
    fix="Set principal to a service with sourceArn, or authorizationType to AWS_IAM.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-1",
    frameworks=(
        "checkov:CKV_AWS_301",
        "checkov:CKV_AWS_364",
        "checkov:CKV2_AWS_75",
        "fsbp:Lambda.1",
        "pulumi:configureSourceArn",
    ),
    types=(*FUNCTION_PERMISSION, *FUNCTION_URL),
    check=check,
    passing={"p": (FUNCTION_PERMISSION[0], {"principal": "events.amazonaws.com", "sourceArn": "arn:rule"})},
    failing={"p": (FUNCTION_PERMISSION[0], {"principal": "*"})},
)
