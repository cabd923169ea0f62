"""No client is allowed more than the stack is made for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployment.tokens import WAF_RULE_GROUP, WEB_ACL
from policies.checks import mappings, number
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._statements import statements_in

TIMES_PEAK = 10
"""Share of the declared peak that one client may take for a while: a peak is declared with reserve, not tenfold."""
WINDOW_SECONDS = 300
"""What AWS takes when none is given."""


def check(context: Context) -> Iterator[Problem]:
    """The rate that each limit grants one client is below ten times the declared peak of all."""
    usage = (context.cost_basis or {}).get("usage")
    peak = number(usage.get("peakRequestsPerSecond")) if isinstance(usage, Mapping) else None
    if not peak:
        return
    for holder in context.graph.of_type(*WEB_ACL, *WAF_RULE_GROUP):
        for rule in mappings(holder.get("rules")):
            for kind, rate in statements_in(rule.get("statement")):
                limit = number(rate.get("limit")) if kind == "rateBasedStatement" else None
                seconds = number(rate.get("evaluationWindowSec")) or WINDOW_SECONDS
                if limit is not None and limit / seconds > peak * TIMES_PEAK:
                    yield Problem(
                        f"rule {rule.get('name')} allows one client {limit / seconds:.1f} requests a second, and the "
                        "stack "
                        f"is declared for {peak} of all clients (plant:usage.peak_requests_per_second); lower the "
                        "limit",
                        "rules",
                        holder,
                    )


def _stack(limit: int) -> dict[str, Any]:
    rate = {"rateBasedStatement": {"limit": limit, "aggregateKeyType": "IP"}}
    return {
        "root": (ROOT_TYPE, {"costBasis": {"usage": {"peakRequestsPerSecond": 3}}}),
        "acl": (WEB_ACL[0], {"rules": [{"name": "rate", "statement": rate}]}),
    }


RULE = Rule(
    id="reliability-clients-bounded",
    title="No client is allowed more than the stack is made for",
    severity=Severity.HIGH,
    why="A limit above what the fleet can do protects nobody: the first loop takes the service down, or the budget up.",
    fix="Lower the limit of the rule, or declare the peak that the stack is made for.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html",
    check_stack=check,
    passing=_stack(1_000),
    failing=_stack(1_000_000),
)
