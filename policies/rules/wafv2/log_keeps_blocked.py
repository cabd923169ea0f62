"""The web ACL's log keeps what was blocked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployment.graph import Resource
from deployment.tokens import WEB_ACL_LOGGING
from deployment.unknown import UNKNOWN
from policies.checks import mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

WANTED = ("BLOCK", "COUNT")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No filter drops a request that was blocked or counted."""
    if resource.get("loggingFilter") is UNKNOWN:
        return
    for logging_filter in mappings(resource.get("loggingFilter")):
        lost = [action for action in WANTED if not kept(logging_filter, action)]
        if lost:
            yield Problem(
                f"loggingFilter drops requests with the action {' and '.join(lost)}; keep them, by any of the "
                "conditions",
                "loggingFilter",
            )


def kept(logging_filter: Mapping[str, Any], action: str) -> bool:
    """True when a request of `action` is kept: by the first filter that it meets, or by default."""
    for one in mappings(logging_filter.get("filters")):
        conditions = mappings(one.get("conditions"))
        met = [
            action in [given.get("action") for given in mappings(each.get("actionCondition"))] for each in conditions
        ]
        if met and (any(met) if one.get("requirement") == "MEETS_ANY" else all(met)):
            return one.get("behavior") == "KEEP"
    return logging_filter.get("defaultBehavior") == "KEEP"


def _filter(*actions: str) -> dict[str, Any]:
    conditions = [{"actionCondition": {"action": action}} for action in actions]
    keep = {"behavior": "KEEP", "requirement": "MEETS_ANY", "conditions": conditions}
    return {"loggingFilter": {"defaultBehavior": "DROP", "filters": [keep]}}


RULE = Rule(
    id="waf-log-keeps-blocked",
    title="The web ACL's log keeps what was blocked",
    severity=Severity.MEDIUM,
    why="Without it nobody can tell an attack from a false alarm.",
    fix="Keep BLOCK and COUNT in loggingFilter, with requirement MEETS_ANY.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/logging-management.html",
    types=WEB_ACL_LOGGING,
    check=check,
    passing={"log": (WEB_ACL_LOGGING[0], _filter("BLOCK", "COUNT"))},
    failing={"log": (WEB_ACL_LOGGING[0], _filter("ALLOW"))},
)
