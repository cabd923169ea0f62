"""One client can't take all of the capacity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LOAD_BALANCER, WAF_RULE_GROUP, WEB_ACL
from policies.checks import mappings, number
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
    if not peak or not context.graph.of_type(*WEB_ACL, *LOAD_BALANCER):
        return  # the platform's edge, and its limits
    sent = peak * TIMES_PEAK
    if not any(allowed <= sent for holder in holders for allowed in limits(holder)):
        yield Problem(
            f"one client may send {sent:f} requests a second, and the stack is declared for {peak} of all clients "
            "(plant:usage.peak_requests_per_second); add a rule that counts by IP (rateBasedStatement) and blocks",
            "rules",
            holders[0] if holders else None,
        )


def limits(holder: Resource) -> Iterator[Decimal]:
    """Requests a second that each blocking rate rule lets one client send, whatever the client says of itself."""
    for rule in mappings(holder.get("rules")):
        if not any("block" in action for action in mappings(rule.get("action"))):
            continue
        for statement in mappings(rule.get("statement")):
            for rate in mappings(statement.get("rateBasedStatement")):
                limit = number(rate.get("limit"))
                kind = rate.get("aggregateKeyType", "IP")
                counts_all = not any(mappings(rate.get("scopeDownStatement")))
                if limit is not None and counts_all and kind not in (FORGED, ALL_TOGETHER):
                    yield limit / (number(rate.get("evaluationWindowSec")) or WINDOW_SECONDS)


_RULE: Final = {"action": {"block": {}}, "statement": {"rateBasedStatement": {"limit": 500, "aggregateKeyType": "IP"}}}
_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {"costBasis": {"usage": {"peakRequestsPerSecond": 3}}}),
    "acl": (WEB_ACL[0], {"rules": [_RULE]}),
}
_RATE: Final = "acl.rules[0].statement.rateBasedStatement"

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
    failing=but(_GOOD, {"acl.rules": []}),
    also_failing=each(
        _GOOD,
        {"acl": None, "alb": (LOAD_BALANCER[0], {})},
        {f"{_RATE}.limit": 1_000_000},
        {f"{_RATE}.aggregateKeyType": FORGED},
        {f"{_RATE}.aggregateKeyType": ALL_TOGETHER},
        {f"{_RATE}.scopeDownStatement": {"geoMatchStatement": {"countryCodes": ["LT"]}}},
        {"acl.rules[0].action": {"count": {}}},
    ),
)
