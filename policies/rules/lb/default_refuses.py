"""What no rule is for is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LISTENER
from deployment.unknown import UNKNOWN
from policies.checks import mappings, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A default action that answers by itself refuses, with a status of 4xx or 5xx."""
    for action in mappings(resource.get("defaultActions")):
        if action.get("type") != "fixed-response":
            continue
        for answer in mappings(action.get("fixedResponse")):
            status = answer.get("statusCode")
            if status is not UNKNOWN and not str(status).startswith(("4", "5")):
                yield Problem(
                    f"the default action answers with status {shown(status)}; set fixedResponse.statusCode to 404",
                    "defaultActions",
                )


RULE = Rule(
    id="edge-default-refuses",
    title="A listener refuses what no rule is for",
    severity=Severity.LOW,
    why="A default that says all is well hides a rule that was lost, from clients and from monitors.",
    fix="Set defaultActions[0].fixedResponse.statusCode to 404.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html",
    types=LISTENER,
    check=check,
    passing={
        "https": (LISTENER[0], {"defaultActions": [{"type": "fixed-response", "fixedResponse": {"statusCode": "404"}}]})
    },
    failing={
        "https": (LISTENER[0], {"defaultActions": [{"type": "fixed-response", "fixedResponse": {"statusCode": "200"}}]})
    },
)
