"""Data rules about wafv2."""

from __future__ import annotations

from typing import Final

from deployment.tokens import WAF_RULE_GROUP, WEB_ACL
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "waf-has-rules",
        (*WEB_ACL, *WAF_RULE_GROUP),
        must_have("rules", "rate limits and the managed rule sets"),
        title="Web ACLs have rules",
        severity=Severity.HIGH,
        why="A web ACL without rules costs $5 a month and lets everything through.",
        fix="Give rules: rate limits and the managed sets.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-10",
        frameworks=("checkov:CKV_AWS_175", "fsbp:WAF.10"),
    ),
)
