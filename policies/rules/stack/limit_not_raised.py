"""A stack can't raise its own budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from deployment.unknown import UNKNOWN
from policies.checks import number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.settings import PackConfig, PackSettings


def check(context: Context) -> Iterator[Problem]:
    """The stack's own limit is at most the pack's."""
    budget = (context.cost_basis or {}).get("budget")
    value = budget.get("monthlyLimitUsd") if isinstance(budget, Mapping) else None
    if value is None or value is UNKNOWN:
        return
    asked = number(value)
    limit = context.config.settings.monthly_limit_usd
    if asked is None or asked <= 0:
        yield Problem(f"costBasis.budget.monthlyLimitUsd is {shown(value)}; give dollars as a decimal string")
    elif limit is not None and asked > limit:
        yield Problem(
            f"the stack asks for ${asked} a month, the pack allows ${limit}; "
            "lower plant:budget.total_monthly_usd or plant:budget.share_percent"
        )


RULE = Rule(
    id="cost-limit-not-raised",
    title="A stack can't raise its own budget",
    severity=Severity.CRITICAL,
    risk=Risk.CONFIGURED,
    why=("The limit belongs to the policy pack: settings that a change can edit may ask for less, never for more."),
    fix=(
        "Lower plant:budget.total_monthly_usd or plant:budget.share_percent, or have the pack's owner raise "
        "pack-settings.monthlyLimitUsd."
    ),
    source="docs/architecture.md, the budget",
    check_stack=check,
    passing={"root": (ROOT_TYPE, {"costBasis": {"budget": {"monthlyLimitUsd": "4.00"}}})},
    failing={"root": (ROOT_TYPE, {"costBasis": {"budget": {"monthlyLimitUsd": "50.00"}}})},
    also_failing=({"root": (ROOT_TYPE, {"costBasis": {"budget": {"monthlyLimitUsd": "-1"}}})},),
    example_config=PackConfig(PackSettings(monthly_limit_usd=Decimal("5.00"))),
)
