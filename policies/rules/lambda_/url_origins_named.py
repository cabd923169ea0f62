"""URLs of functions do not let any page call any method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import FUNCTION_URL
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Where pages of every origin are let in, methods are named."""
    if "*" in resource.all("cors.allowOrigins[*]") and "*" in resource.all("cors.allowMethods[*]"):
        yield Problem("cors lets pages of any origin call any method; name the origins, or the methods", "cors")


_URL: Final[Example] = {
    "url": (FUNCTION_URL[0], {"cors": {"allowOrigins": ["https://plants.example"], "allowMethods": ["*"]}})
}

RULE = Rule(
    id="functions-url-origins-named",
    title="URLs of functions do not let any page call any method",
    severity=Severity.MEDIUM,
    why="Any page that a user opens may then call the function, and change data, in the user's name.",
    fix="Name the origins in cors.allowOrigins, or the methods in cors.allowMethods.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html",
    frameworks=("checkov:CKV2_AWS_75",),
    types=FUNCTION_URL,
    check=check,
    passing=_URL,
    failing=each(_URL, {"url.cors.allowOrigins": ["*"]})[0],
    also_passing=each(_URL, {"url.cors": {"allowOrigins": ["*"], "allowMethods": ["GET"]}}, {"url.cors": None}),
    undecided=each(_URL, {"url.cors.allowOrigins": UNKNOWN}),
)
