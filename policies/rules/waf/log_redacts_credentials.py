"""Web ACL logs hold no credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import mappings
from policies.model import UNKNOWN, Resource, Severity
from policies.rule import Context, Problem, Rule, undecided
from policies.rules._tokens import WEB_ACL_LOGGING

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The Authorization header does not reach the log."""
    fields = resource.get("redactedFields")
    if fields is UNKNOWN:
        yield undecided("redactedFields")
        return
    names = {
        str(header.get("name")).lower() for field in mappings(fields) for header in mappings(field.get("singleHeader"))
    }
    if "authorization" not in names:
        yield Problem("redactedFields lacks singleHeader authorization; add it", "redactedFields")


RULE = Rule(
    id="waf-log-redacts-credentials",
    title="Web ACL logs hold no credentials",
    severity=Severity.HIGH,
    why="A logged bearer token is good for whoever reads the log, until it expires.",
    fix="Add {singleHeader: {name: authorization}} to redactedFields.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/logging-management.html",
    types=WEB_ACL_LOGGING,
    check=check,
    passing={"log": (WEB_ACL_LOGGING[0], {"redactedFields": [{"singleHeader": {"name": "authorization"}}]})},
    failing={"log": (WEB_ACL_LOGGING[0], {})},
)
