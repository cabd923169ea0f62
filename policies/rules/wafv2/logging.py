"""Web ACLs log what they see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import WEB_ACL, WEB_ACL_LOGGING
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A logging configuration refers to the web ACL, and has somewhere to write."""
    logs = context.pointing_at(resource, "resourceArn", *WEB_ACL_LOGGING)
    if not logs:
        yield Problem("no logging configuration; add aws.wafv2.WebAclLoggingConfiguration with this ACL's ARN")
    for log in logs:
        if is_absent(log.get("logDestinationConfigs")):
            yield Problem(
                "logDestinationConfigs is not set; give a log group whose name starts with aws-waf-logs-",
                "logDestinationConfigs",
                log,
            )


RULE = Rule(
    id="waf-logging",
    title="Web ACLs log what they see",
    severity=Severity.MEDIUM,
    why=("Blocked requests are part of the audit trail; without the log a false alarm can't be told from an attack."),
    fix="Add aws.wafv2.WebAclLoggingConfiguration with resourceArn and logDestinationConfigs.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-11",
    frameworks=("checkov:CKV2_AWS_31", "fsbp:WAF.11"),
    types=WEB_ACL,
    reads_graph=True,
    check=check,
    passing={
        "acl": (WEB_ACL[0], {}),
        "log": (WEB_ACL_LOGGING[0], {"resourceArn": "arn:acl", "logDestinationConfigs": ["arn:logs"]}),
    },
    failing={"acl": (WEB_ACL[0], {})},
)
