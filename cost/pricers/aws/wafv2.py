"""WAFv2: the ACL, each rule and each group in it, and the requests that it inspects.

A managed rule group costs as one; the rules inside it are AWS's own and not billed each (AWS WAF pricing page,
2026-09). Blocked requests are inspected too, and count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from cost.charges import ONE, ZERO, Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey, Used, told
from cost.uptime import Metering
from deployment import tokens
from deployment.decimals import number
from deployment.unknown import Sentinel

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "requests inspected a month")

WEB_ACL: Final = tokens.WEB_ACL[0]
RULE_GROUP: Final = tokens.WAF_RULE_GROUP[0]

INCLUDED_WCU: Final = 1500
WCU_STEP: Final = 500
"""Capacity units of an ACL that its requests include, and by which more are billed (AWS WAF pricing page, 2026-09)."""

BOT_CONTROL: Final = "AWSManagedRulesBotControlRuleSet"
CONFIGS: Final = "managedRuleGroupConfigs"
FRAUD_CONTROL: Final = ("AWSManagedRulesATPRuleSet", "AWSManagedRulesACFPRuleSet")


def web_acl(scope: Scope) -> Iterator[Charge]:
    """The ACL, its rules and groups, what managed groups cost beside, and inspected requests."""
    if scope.known("ruleJson", None):
        raise Unpriced("its rules are in ruleJson, which isn't read; declare them in rules")
    rules = scope.each("rules", _groups)
    managed = [group for group, _ in rules if group]
    groups = len(managed) + sum(is_own for _, is_own in rules)
    own = len(rules) - groups
    yield scope.charge("Web ACL", ("wafv2", "web_acl_month"), ONE, Metering.PRORATED_MONTH)
    if own:
        yield scope.charge("Rules", ("wafv2", "rule_month"), Amount.fixed(own), Metering.PRORATED_MONTH)
    if groups:
        yield scope.charge(
            "Rule groups, managed ones included",
            ("wafv2", "rule_group_month"),
            Amount.fixed(groups),
            Metering.PRORATED_MONTH,
        )
    used = scope.usage(REQUESTS, scope.requests)
    yield scope.use("Requests inspected", ("wafv2", "million_requests"), used)
    yield from capacity_surcharge(scope, used)
    for group in managed:
        yield from managed_extras(scope, dict(group), used.amount)


def _groups(rule: Any) -> tuple[Any, bool]:
    """What the price of a rule's managed group goes by, and whether the rule is a group of somebody's own."""
    statement = (rule.get("statement") or {}) if isinstance(rule, Mapping) else {}
    group = statement.get("managedRuleGroupStatement")
    if isinstance(group, Mapping):
        configs = group.get(CONFIGS)
        level = configs if isinstance(configs, Sentinel) else _level(configs)
        group = (("name", group.get("name")), (CONFIGS, level)) if group else None
    return group, bool(statement.get("ruleGroupReferenceStatement"))


def _level(configs: Any) -> str:
    return "TARGETED" if "TARGETED" in str(configs) else "common"


def capacity_surcharge(scope: Scope, used: Used) -> Iterator[Charge]:
    """What requests cost more for each started 500 units of capacity beyond the 1,500 that are included; AWS says the
    capacity once the ACL is there, and that of its own groups before."""
    known = number(scope.resource.outputs.get("capacity"))
    declared = sum(
        (number(each.get("capacity")) or ZERO for each in scope.referenced("rules", RULE_GROUP)),
        ZERO,
    )
    steps = ((max(known or ZERO, declared) - INCLUDED_WCU) / WCU_STEP).to_integral_value(ROUND_CEILING)
    if steps > 0:
        amount = Used(used.amount * steps, used.assumed)
        yield scope.use("Capacity beyond 1,500 units", ("wafv2", "wcu_step_million_requests"), amount)


def managed_extras(scope: Scope, group: Mapping[str, Any], requests: Amount) -> Iterator[Charge]:
    """Subscription and requests of the managed groups that cost more than their place in the ACL."""
    name = told(group, "name")
    if name in FRAUD_CONTROL:
        yield scope.charge("Fraud Control", ("wafv2", "fraud_control_month"), ONE, Metering.PRORATED_MONTH)
        yield scope.use("Fraud Control attempts", ("wafv2", "fraud_control_1k_attempts"), requests)
    if name == BOT_CONTROL:
        yield scope.charge("Bot Control", ("wafv2", "bot_control_month"), ONE, Metering.PRORATED_MONTH)
        level = _level(told(group, CONFIGS)).lower()
        yield scope.use(f"Bot Control requests ({level})", ("wafv2", f"bot_control_{level}_million_requests"), requests)


def rule_group(scope: Scope) -> Iterator[Charge]:
    """Rules of an own group. Without an ACL in the graph, its place in the platform's ACL and its requests too."""
    rules = len(scope.items("rules"))
    if rules:
        yield scope.charge("Rules", ("wafv2", "rule_month"), Amount.fixed(rules), Metering.PRORATED_MONTH)
    if not scope.graph.of_type(WEB_ACL):
        yield scope.charge(
            "Place of the rule group in the platform's web ACL",
            ("wafv2", "rule_group_month"),
            ONE,
            Metering.PRORATED_MONTH,
        )
        yield scope.use(
            "Requests inspected in the platform's web ACL",
            ("wafv2", "million_requests"),
            scope.usage(REQUESTS, scope.requests),
        )


def rule_group_association(scope: Scope) -> Iterator[Charge]:
    """A rule group that is put into an ACL from outside it."""
    yield from _group(scope, scope.known("managedRuleGroup", None))


def web_acl_rule(scope: Scope) -> Iterator[Charge]:
    """A rule, or a group of them, that is put into an ACL from outside it."""
    managed = scope.known("statement.managedRuleGroupStatement", None)
    if managed or scope.known("statement.ruleGroupReferenceStatement", None):
        yield from _group(scope, managed)
    else:
        yield scope.charge("Rule in a web ACL", ("wafv2", "rule_month"), ONE, Metering.PRORATED_MONTH)


def _group(scope: Scope, group: Any) -> Iterator[Charge]:
    yield scope.charge("Rule group in a web ACL", ("wafv2", "rule_group_month"), ONE, Metering.PRORATED_MONTH)
    if isinstance(group, Mapping):
        yield from managed_extras(scope, group, scope.usage(REQUESTS, scope.requests).amount)


PRICERS: Final = {
    tokens.WEB_ACL_RULE_GROUP[0]: Pricer(
        rule_group_association, twins=("aws_wafv2_web_acl_rule_group_association",), usage=(REQUESTS,)
    ),
    tokens.WEB_ACL_RULE[0]: Pricer(web_acl_rule, usage=(REQUESTS,)),
    WEB_ACL: Pricer(web_acl, twins=("aws_wafv2_web_acl",), usage=(REQUESTS,)),
    RULE_GROUP: Pricer(rule_group, twins=("aws_wafv2_rule_group",), usage=(REQUESTS,)),
}
