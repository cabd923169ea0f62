"""Data rules about wafv2."""

from __future__ import annotations

from typing import Final

from deployment.tokens import WEB_ACL, WEB_ACL_LOGGING
from policies.finding import Severity
from policies.rule import Rule
from policies.table import Beside, companion, must_have, row

RULES: Final[tuple[Rule, ...]] = (
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
