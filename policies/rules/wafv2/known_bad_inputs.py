"""Web ACLs stop known bad inputs, Log4j included."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import WEB_ACL, WEB_ACL_RULE, WEB_ACL_RULE_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import mappings
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._firewall import managed_groups, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = "AWSManagedRulesKnownBadInputsRuleSet"
LOG4J = "Log4JRCE"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The set against known bad inputs, Log4j among them, is in force."""
    if resource.get("rules") is UNKNOWN:
        return
    for rule in rules_of(resource, context):
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


_RULE: Final = {
    "overrideAction": {"none": {}},
    "statement": {"managedRuleGroupStatement": {"name": WANTED, "vendorName": "AWS"}},
}
_ACL: Final[Example] = {"acl": (WEB_ACL[0], {"rules": [_RULE]})}
_ADDED: Final = {"managedRuleGroup": {"name": WANTED, "vendorName": "AWS"}, "overrideAction": "none"}
_AS_AWS_WRITES: Final = {
    "OverrideAction": {"None": {}},
    "Statement": {"ManagedRuleGroupStatement": {"Name": WANTED, "VendorName": "AWS"}},
}

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
    reads_graph=True,
    check=check,
    passing=_ACL,
    also_passing=(
        {"acl": (WEB_ACL[0], {}), "rule": (WEB_ACL_RULE[0], {"webAclArn": "arn:acl", **_RULE})},
        {"acl": (WEB_ACL[0], {}), "added": (WEB_ACL_RULE_GROUP[0], {"webAclArn": "arn:acl", **_ADDED})},
        {"acl": (WEB_ACL[0], {"ruleJson": json.dumps([_AS_AWS_WRITES])})},
    ),
    failing={"acl": (WEB_ACL[0], {"rules": [{"action": {"block": {}}}]})},
    also_failing=each(
        _ACL,
        {"acl.rules[0].overrideAction": {"count": {}}},
        {"acl": (WEB_ACL[0], {"ruleJson": "["})},
        {"acl.rules[0].statement.managedRuleGroupStatement.ruleActionOverrides": [{"name": "Log4JRCE_BODY"}]},
    ),
    undecided=each(_ACL, {"acl.rules": UNKNOWN}),
)
