"""Every web ACL rule acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import WAF_RULE_GROUP, WEB_ACL
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each rule has an action, and none that only counts."""
    for index, rule in enumerate(mappings(resource.get("rules"))):
        path = f"rules[{index}]"
        action, override = rule.get("action"), rule.get("overrideAction")
        if is_absent(action) and is_absent(override):
            yield Problem(
                f"{path} ({shown(rule.get('name'))}) has no action; set action.block or overrideAction.none", path
            )
        elif any("count" in given for given in mappings(action) + mappings(override)):
            yield Problem(
                f"{path} ({shown(rule.get('name'))}) only counts; set action.block or overrideAction.none", path
            )


RULE = Rule(
    id="waf-rules-act",
    title="Every web ACL rule acts",
    severity=Severity.HIGH,
    why="A rule that counts, or has no action, is paid for and protects nothing.",
    fix="Set action.block, or overrideAction.none for a rule group.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-action.html",
    frameworks=("checkov:CKV_AWS_342",),
    types=(*WEB_ACL, *WAF_RULE_GROUP),
    check=check,
    passing={"acl": (WEB_ACL[0], {"rules": [{"name": "rate", "action": {"block": {}}}]})},
    failing={"acl": (WEB_ACL[0], {"rules": [{"name": "rate", "action": {"count": {}}}]})},
    also_failing=({"acl": (WEB_ACL[0], {"rules": [{"name": "rate"}]})},),
)
