"""One client can't take all of the capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployment.graph import Resource
from deployment.tokens import WAF_RULE_GROUP, WEB_ACL
from deployment.unknown import UNKNOWN
from policies.checks import mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._statements import statements_in

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_IN_A_WINDOW = 100_000
"""Requests, in any of the windows that AWS WAF knows (60 to 600 s)."""


def check(context: Context) -> Iterator[Problem]:
    """Some rule in front of a public load balancer blocks by rate, per client."""
    graph = context.graph
    if not graph.of_type(*WEB_ACL):
        return  # the platform's web ACL holds the limits
    holders = graph.of_type(*WEB_ACL, *WAF_RULE_GROUP)
    limits = [limit for holder in holders for limit in rate_limits(holder)]
    if any(limit is UNKNOWN for limit in limits):
        yield undecided("rules")
    elif not limits:
        yield Problem(
            "no rule limits the rate of one client; add a rateBasedStatement with action.block", "rules", holders[0]
        )
    for holder in holders:
        yield from blind(holder)


def blind(holder: Resource) -> Iterator[Problem]:
    """Rate limits that a client can get round or never reaches, or that one client uses up for all."""
    for limit in rate_limits(holder):
        if isinstance(limit, (int, float)) and limit > MOST_IN_A_WINDOW:
            yield Problem(
                f"a rate limit is {limit:,} requests; give one that a single client can reach, {MOST_IN_A_WINDOW:,} at "
                "most",
                "rules",
                holder,
            )
    for rule in mappings(holder.get("rules")):
        for kind, rate in statements_in(rule.get("statement")):
            key = rate.get("aggregateKeyType") if kind == "rateBasedStatement" else None
            if key == "FORWARDED_IP":
                yield Problem(
                    f"rule {rule.get('name')} counts by an address that the client writes itself (FORWARDED_IP); count "
                    "by IP",
                    "rules",
                    holder,
                )
            if key == "CONSTANT" and not rate.get("scopeDownStatement"):
                yield Problem(
                    f"rule {rule.get('name')} counts all clients together (CONSTANT), so one takes it all; count by IP",
                    "rules",
                    holder,
                )


def rate_limits(holder: Resource) -> Iterator[Any]:
    """Limits of the rules that block by rate; UNKNOWN where they can't be seen yet."""
    if holder.get("rules") is UNKNOWN:
        yield UNKNOWN
    for rule in mappings(holder.get("rules")):
        blocks = any("block" in action for action in mappings(rule.get("action")))
        for statement in mappings(rule.get("statement")):
            for rate in mappings(statement.get("rateBasedStatement")):
                if blocks:
                    yield rate.get("limit")


RULE = Rule(
    id="waf-rate-limit",
    title="One client can't take all of the capacity",
    severity=Severity.HIGH,
    why="Rate limits keep one client, or one stolen token, from using the fleet and the budget up.",
    fix="Add a rule with statement.rateBasedStatement and action.block.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html",
    check_stack=check,
    passing={
        "acl": (WEB_ACL[0], {"rules": [{"action": {"block": {}}, "statement": {"rateBasedStatement": {"limit": 500}}}]})
    },
    failing={"acl": (WEB_ACL[0], {"rules": [{"action": {"allow": {}}, "statement": {"geoMatchStatement": {}}}]})},
)
