"""One client can't take all of the capacity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER_RULE, LOAD_BALANCER, WAF_RULE_GROUP, WEB_ACL
from policies.checks import mappings, number, strings
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.rule import Problem, Rule

TIMES_PEAK: Final = 10
"""Share of the declared peak that one client may take for a while: a peak is declared with reserve, not tenfold."""
WINDOW_SECONDS: Final = 300
"""What AWS WAF takes when none is given."""
FORGED: Final = "FORWARDED_IP"
"""Counts by an address that the client writes itself."""
ALL_TOGETHER: Final = "CONSTANT"
"""Counts all clients as one."""


def check(context: Context) -> Iterator[Problem]:
    """Let one client send ten times the declared peak: a rule for all paths counts by what it can't forge."""
    usage = (context.cost_basis or {}).get("usage")
    peak = number(usage.get("peakRequestsPerSecond")) if isinstance(usage, Mapping) else None
    holders = context.graph.of_type(*WEB_ACL, *WAF_RULE_GROUP)
    if not peak or not context.graph.of_type(*WEB_ACL, *LOAD_BALANCER, *LISTENER_RULE):
        return  # nothing answers requests
    hosts = {value for rule in context.graph.of_type(*LISTENER_RULE) for value in strings_at(rule)}
    sent = peak * TIMES_PEAK
    if not any(allowed <= sent for holder in holders for allowed in limits(holder, hosts)):
        yield Problem(
            f"one client may send {sent:f} requests a second, and the stack is declared for {peak} of all clients "
            "(plant:usage.peak_requests_per_second); add a rule that counts by IP (rateBasedStatement) and blocks",
            "rules",
            holders[0] if holders else None,
        )


def strings_at(rule: Resource) -> set[str]:
    """Hosts that a listener rule is for."""
    return {value for values in rule.all("conditions[*].hostHeader.values") for value in strings(values)}


def limits(holder: Resource, hosts: set[str]) -> Iterator[Decimal]:
    """Requests a second that each blocking rate rule lets one client send, whatever the client says of itself.

    In the platform's web ACL a rule for one of the stack's `hosts` is one for all of its requests.
    """
    for rule in mappings(holder.get("rules")):
        if not any("block" in action for action in mappings(rule.get("action"))):
            continue
        for statement in mappings(rule.get("statement")):
            for rate in mappings(statement.get("rateBasedStatement")):
                limit = number(rate.get("limit"))
                kind = rate.get("aggregateKeyType", "IP")
                scopes = mappings(rate.get("scopeDownStatement"))
                counts_all = all(holder.type in WAF_RULE_GROUP and is_host(scope, hosts) for scope in scopes)
                if limit is not None and counts_all and kind not in (FORGED, ALL_TOGETHER):
                    yield limit / (number(rate.get("evaluationWindowSec")) or WINDOW_SECONDS)


def is_host(scope: Mapping[str, Any], hosts: set[str]) -> bool:
    """True for a statement that every request to one of the hosts meets."""
    match = next(iter(mappings(scope.get("byteMatchStatement"))), {})
    headers = [header.get("name") for field in mappings(match.get("fieldToMatch")) for header in named(field)]
    begins = match.get("positionalConstraint") in ("STARTS_WITH", "EXACTLY")
    return begins and headers == ["host"] and match.get("searchString") in hosts


def named(field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Headers that a field to match names."""
    return mappings(field.get("singleHeader"))


_RULE: Final = {"action": {"block": {}}, "statement": {"rateBasedStatement": {"limit": 500, "aggregateKeyType": "IP"}}}
_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {"costBasis": {"usage": {"peakRequestsPerSecond": 3}}}),
    "acl": (WEB_ACL[0], {"rules": [_RULE]}),
}
_RATE: Final = "acl.rules[0].statement.rateBasedStatement"

_HOST: Final = {
    "byteMatchStatement": {
        "searchString": "api.example.com",
        "positionalConstraint": "STARTS_WITH",
        "fieldToMatch": {"singleHeader": {"name": "host"}},
    }
}
_SHARED: Final[dict[str, Any]] = {
    "root": _GOOD["root"],
    "read": (LISTENER_RULE[0], {"conditions": [{"hostHeader": {"values": ["api.example.com"]}}]}),
    "group": (WAF_RULE_GROUP[0], {"rules": [_RULE]}),
}
_SCOPED: Final = {"limit": 500, "aggregateKeyType": "IP", "scopeDownStatement": _HOST}
_LENT: Final = "group.rules[0].statement.rateBasedStatement"

RULE = Rule(
    id="waf-rate-limit",
    title="One client can't take all of the capacity",
    severity=Severity.HIGH,
    why="Rate limits keep one client, or one stolen token, from using the fleet and the budget up.",
    fix="Block by rate, by IP, below ten times the declared peak of all clients.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    also_passing=(_SHARED, but(_SHARED, {f"{_LENT}.scopeDownStatement": _HOST})),
    failing=but(_GOOD, {"acl.rules": []}),
    also_failing=each(
        _SHARED,
        {"group": None},
        {f"{_LENT}.scopeDownStatement": {"geoMatchStatement": {"countryCodes": ["LT"]}}},
        {f"{_LENT}.scopeDownStatement": _HOST, "read.conditions": []},
        {"group": (WEB_ACL[0], {"rules": [{**_RULE, "statement": {"rateBasedStatement": _SCOPED}}]})},
    )
    + each(
        _GOOD,
        {"acl": None, "alb": (LOAD_BALANCER[0], {})},
        {f"{_RATE}.limit": 1_000_000},
        {f"{_RATE}.aggregateKeyType": FORGED},
        {f"{_RATE}.aggregateKeyType": ALL_TOGETHER},
        {f"{_RATE}.scopeDownStatement": {"geoMatchStatement": {"countryCodes": ["LT"]}}},
        {"acl.rules[0].action": {"count": {}}},
    ),
)
