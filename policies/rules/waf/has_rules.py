"""Web ACLs have rules."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import WAF_RULE_GROUP, WEB_ACL

RULE = Rule(
    id="waf-has-rules",
    title="Web ACLs have rules",
    severity=Severity.HIGH,
    why="A web ACL without rules costs $5 a month and lets everything through.",
    fix="Give rules: rate limits and the managed sets.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-10",
    frameworks=("checkov:CKV_AWS_175", "fsbp:WAF.10"),
    types=(*WEB_ACL, *WAF_RULE_GROUP),
    check=must_be_set("rules", "rate limits and the managed rule sets"),
    passing={"acl": (WEB_ACL[0], {"rules": [{"name": "rate"}]})},
    failing={"acl": (WEB_ACL[0], {"rules": []})},
)
