"""Web ACLs have rules."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.graph import Resource
from deployment.tokens import WAF_RULE_GROUP, WEB_ACL, WEB_ACL_RULE
from deployment.unknown import SECRET, UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._firewall import rules_of


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """It, or a resource beside it, has a rule at least."""
    given = resource.get("rules")
    if given is UNKNOWN or given is SECRET:
        yield undecided("rules", given)
    elif not rules_of(resource, context):
        yield Problem("rules is not set; give rate limits and the managed rule sets", "rules")


RULE = Rule(
    id="waf-has-rules",
    title="Web ACLs have rules",
    severity=Severity.HIGH,
    why="A web ACL without rules costs $5 a month and lets everything through.",
    fix="Give rules: rate limits and the managed sets.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-10",
    frameworks=("checkov:CKV_AWS_175", "fsbp:WAF.10"),
    types=(*WEB_ACL, *WAF_RULE_GROUP),
    reads_graph=True,
    check=check,
    passing={"acl": (WEB_ACL[0], {"rules": [{"name": "rate"}]})},
    also_passing=({"acl": (WEB_ACL[0], {}), "rule": (WEB_ACL_RULE[0], {"webAclArn": "arn:acl", "name": "rate"})},),
    failing={"acl": (WEB_ACL[0], {})},
    undecided=({"acl": (WEB_ACL[0], {"rules": UNKNOWN})},),
)
