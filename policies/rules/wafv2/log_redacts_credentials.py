"""Web ACL logs hold no credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import WEB_ACL, WEB_ACL_LOGGING
from deployment.unknown import UNKNOWN
from policies.checks import mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._statements import statements_in

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The Authorization header does not reach the log, nor does another one by which users are told apart."""
    fields = resource.get("redactedFields")
    if fields is UNKNOWN:
        yield undecided("redactedFields")
        return
    names = {
        str(header.get("name")).lower() for field in mappings(fields) for header in mappings(field.get("singleHeader"))
    }
    for header in ("authorization", *sorted(telling_apart(resource, context) - {"authorization"})):
        if header not in names:
            yield Problem(f"redactedFields lacks singleHeader {header}; add it", "redactedFields")


def telling_apart(log: Resource, context: Context) -> set[str]:
    """Headers by which the web ACL tells users apart: tokens and API keys."""
    return {
        name.lower()
        for acl in context.graph.referenced(log, "resourceArn", *WEB_ACL)
        for rule in mappings(acl.get("rules"))
        for kind, rate in statements_in(rule.get("statement"))
        if kind == "rateBasedStatement"
        for key in mappings(rate.get("customKeys"))
        for header in mappings(key.get("header"))
        if isinstance(name := header.get("name"), str) and name
    }


RULE = Rule(
    id="waf-log-redacts-credentials",
    title="Web ACL logs hold no credentials",
    severity=Severity.HIGH,
    why="A logged bearer token is good for whoever reads the log, until it expires.",
    fix="Add {singleHeader: {name: authorization}} to redactedFields.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/logging-management.html",
    types=WEB_ACL_LOGGING,
    reads_graph=True,
    check=check,
    passing={"log": (WEB_ACL_LOGGING[0], {"redactedFields": [{"singleHeader": {"name": "authorization"}}]})},
    failing={"log": (WEB_ACL_LOGGING[0], {})},
)
