"""Classic AWS WAF: the ACL, its rules and groups, and the requests that it inspects, at the prices of AWS WAF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "requests inspected a month")
GROUP_RULES: Final = UsageKey("rule_group_rules", Decimal(0), "rules inside the rule groups, in all")


def web_acl(scope: Scope) -> Iterator[Charge]:
    """The ACL and what is in it; the rules of a group count beside the group."""
    rules = scope.items("rules")
    groups = sum(1 for rule in rules if isinstance(rule, Mapping) and rule.get("type") == "GROUP")
    own = len(rules) - groups + scope.usage(GROUP_RULES).amount.expected
    yield scope.charge("Web ACL", ("wafv2", "web_acl_month"), ONE, Metering.PRORATED_MONTH)
    for item, key, number in (("Rules", "rule_month", own), ("Rule groups", "rule_group_month", groups)):
        if number:
            yield scope.charge(item, ("wafv2", key), Amount.fixed(number), Metering.PRORATED_MONTH)
    yield scope.use("Requests inspected", ("wafv2", "million_requests"), scope.usage(REQUESTS, scope.requests))


PRICERS: Final = dict.fromkeys(
    tokens.CLASSIC_WEB_ACL,
    Pricer(web_acl, twins=("aws_waf_web_acl", "aws_wafregional_web_acl"), usage=(REQUESTS, GROUP_RULES)),
)
