"""The expected monthly cost is within the budget."""

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
    """The expected monthly cost is within the limit."""
    estimate = priced(context)
    if estimate is not None and estimate.expected_usd > estimate.budget_usd:
        yield over_budget("expected", "expected_usd", context, estimate)


RULE = Rule(
    id="cost-expected-within-budget",
    title="The expected monthly cost is within the budget",
    severity=Severity.CRITICAL,
    risk=Risk.CONFIGURED,
    why="The stack may cost $5.00 a month; what it costs at the declared usage has to fit.",
    fix="Set what the message names, or less of what drives it.",
    source="docs/architecture.md, the budget",
    check_stack=check,
    passing=FREE_STACK,
    failing=EXPENSIVE_STACK,
    example_config=PackConfig(PackSettings(monthly_limit_usd=Decimal("5.00"))),
)
