"""Services call functions for a named resource only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import FUNCTION_PERMISSION
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

BINDING: Final = ("sourceArn", "sourceAccount", "principalOrgId")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A permission for a service says for which resource or account."""
    principal = resource.get("principal")
    service = isinstance(principal, str) and principal.endswith(".amazonaws.com")
    if service and not any(resource.gives(path) for path in BINDING):
        yield Problem(f"principal {principal} may call for anybody; set sourceArn", "sourceArn")


_PERMISSION: Final[Example] = {
    "p": (FUNCTION_PERMISSION[0], {"principal": "events.amazonaws.com", "sourceArn": "arn:rule"})
}

RULE = Rule(
    id="functions-callers-bound",
    title="Services call functions for a named resource only",
    severity=Severity.MEDIUM,
    why="A service that may call for anybody calls for somebody else's bucket or rule as well (confused deputy).",
    fix="Set sourceArn.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    frameworks=("checkov:CKV_AWS_364", "pulumi:configureSourceArn"),
    types=FUNCTION_PERMISSION,
    check=check,
    passing=_PERMISSION,
    failing=each(_PERMISSION, {"p.sourceArn": None})[0],
    also_passing=each(_PERMISSION, {"p": (FUNCTION_PERMISSION[0], {"principal": "123456789012"})}),
)
