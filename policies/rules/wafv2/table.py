"""Data rules about wafv2."""

from __future__ import annotations

from typing import Final

from deployment.tokens import WAF_RULE_GROUP, WEB_ACL, WEB_ACL_LOGGING
from policies.finding import Severity
from policies.rule import Rule
from policies.table import Beside, companion, must_have, row

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
    row(
        "waf-logging",
        WEB_ACL,
        companion(
            Beside(WEB_ACL_LOGGING, "resourceArn", "aws.wafv2.WebAclLoggingConfiguration"),
            must_have("logDestinationConfigs", "a log group whose name starts with aws-waf-logs-"),
        ),
        title="Web ACLs log what they see",
        severity=Severity.MEDIUM,
        why="Blocked requests are part of the audit trail; without the log a false alarm is told from no attack.",
        fix="Add aws.wafv2.WebAclLoggingConfiguration with resourceArn and logDestinationConfigs.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-11",
        frameworks=("checkov:CKV2_AWS_31", "fsbp:WAF.11"),
    ),
)
