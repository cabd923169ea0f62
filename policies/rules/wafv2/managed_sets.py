"""Web ACLs hold the common, known-bad-inputs and anonymous-IP sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import WEB_ACL
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._firewall import managed_groups, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesAnonymousIpList")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The managed sets that the stack pays for are all there."""
    if resource.get("rules") is UNKNOWN:
        return
    given = {group.get("name") for rule in rules_of(resource, context) for group in managed_groups(rule)}
    missing = [name for name in WANTED if name not in given]
    if missing:
        yield Problem(f"rules lacks {', '.join(missing)}; add a managedRuleGroupStatement for each", "rules")


RULE = Rule(
    id="waf-managed-sets",
    title="Web ACLs hold the common, known-bad-inputs and anonymous-IP sets",
    severity=Severity.MEDIUM,
    why=("They stop what is common to all web attacks; callers behind anonymising networks can't be rate limited."),
    fix="Add managedRuleGroupStatement rules for the sets named in the message, each $1 a month.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html",
    frameworks=("checkov:CKV2_AWS_76",),
    types=WEB_ACL,
    reads_graph=True,
    check=check,
    passing={
        "acl": (
            WEB_ACL[0],
            {"rules": [{"statement": {"managedRuleGroupStatement": {"name": name}}} for name in WANTED]},
        )
    },
    failing={"acl": (WEB_ACL[0], {"rules": [{"statement": {"managedRuleGroupStatement": {"name": WANTED[0]}}}]})},
)
