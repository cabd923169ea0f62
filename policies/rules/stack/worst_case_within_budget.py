"""The worst case of the monthly cost is within the budget."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._budget import EXPENSIVE_STACK, FREE_STACK, over_budget, priced
from policies.settings import PackConfig, PackSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """The worst monthly cost that a dedicated stack allows itself is within the limit."""
    estimate = priced(context)
    if estimate is not None and estimate.basis.tenancy != "shared" and estimate.bounded_usd > estimate.budget_usd:
        yield over_budget("worst case", "bounded_usd", context, estimate)


RULE = Rule(
    id="cost-worst-case-within-budget",
    title="The worst case of the monthly cost is within the budget",
    severity=Severity.HIGH,
    risk=Risk.CONFIGURED,
    why="Both fleets at their maximum for all of the uptime is what a spike or an attack can make of the bill.",
    fix="Set what the message names, or less of what drives it. A pack's owner may make this rule advice.",
    source="docs/architecture.md, the budget",
    check_stack=check,
    passing=FREE_STACK,
    failing=EXPENSIVE_STACK,
    example_config=PackConfig(PackSettings(monthly_limit_usd=Decimal("5.00"))),
)
