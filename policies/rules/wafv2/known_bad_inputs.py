"""Web ACLs stop known bad inputs, Log4j included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import WEB_ACL
from deployment.unknown import UNKNOWN
from policies.checks import mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._firewall import managed_groups

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = "AWSManagedRulesKnownBadInputsRuleSet"
LOG4J = "Log4JRCE"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The set against known bad inputs, Log4j among them, is in force."""
    if resource.get("rules") is UNKNOWN:
        yield undecided("rules")
        return
    for rule in mappings(resource.get("rules")):
        for group in managed_groups(rule):
            if group.get("name") == WANTED:
                overrides = mappings(group.get("ruleActionOverrides"))
                weakened = [one for one in overrides if str(one.get("name")).startswith(LOG4J)]
                counted = any("count" in given for given in mappings(rule.get("overrideAction")))
                if weakened or counted:
                    yield Problem(
                        f"{WANTED} is only counted, or {LOG4J} is overridden; set overrideAction.none", "rules"
                    )
                return
    yield Problem(f"rules holds no managed rule group {WANTED}; add it with overrideAction.none", "rules")


RULE = Rule(
    id="waf-known-bad-inputs",
    title="Web ACLs stop known bad inputs, Log4j included",
    severity=Severity.HIGH,
    why="Requests that exploit Log4j and its like are tried against every public address.",
    fix=(
        "Add a rule with managedRuleGroupStatement.name AWSManagedRulesKnownBadInputsRuleSet and overrideAction.none."
    ),
    source="https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
    frameworks=("checkov:CKV_AWS_192",),
    types=WEB_ACL,
    check=check,
    passing={
        "acl": (
            WEB_ACL[0],
            {
                "rules": [
                    {
                        "overrideAction": {"none": {}},
                        "statement": {"managedRuleGroupStatement": {"name": WANTED, "vendorName": "AWS"}},
                    }
                ]
            },
        )
    },
    failing={"acl": (WEB_ACL[0], {"rules": [{"action": {"block": {}}}]})},
)
