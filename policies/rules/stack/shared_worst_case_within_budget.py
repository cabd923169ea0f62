"""The worst case of a shared stack's increment is within the budget."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from policies.context import ROOT_TYPE, Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._budget import EXPENSIVE_STACK, FREE_STACK, over_budget, priced
from policies.settings import PackConfig, PackSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """The worst monthly cost that a shared stack allows itself is within the limit."""
    estimate = priced(context)
    if estimate is not None and estimate.basis.tenancy == "shared" and estimate.bounded_usd > estimate.budget_usd:
        yield over_budget("worst case", "bounded_usd", context, estimate)


SHARED: Final[Example] = {
    "root": (ROOT_TYPE, {"costBasis": {"version": 1, "tenancy": {"kind": "shared"}, "usage": {"cacheDataGb": "0"}}})
}

RULE = Rule(
    id="cost-shared-worst-case-within-budget",
    title="The worst case of a shared stack's increment is within the budget",
    severity=Severity.HIGH,
    risk=Risk.CONFIGURED,
    why=(
        "Both fleets at their maximum around the clock is what an attack can make of the bill. A stack that is always "
        "on can't pay for that out of one month's limit, so an owner may choose to be told only."
    ),
    fix="Set what the message names, or less of what drives it. A pack's owner may make this rule advice.",
    source="docs/architecture.md, the budget",
    check_stack=check,
    passing={**FREE_STACK, **SHARED},
    failing={**EXPENSIVE_STACK, **SHARED},
    example_config=PackConfig(PackSettings(monthly_limit_usd=Decimal("5.00"))),
)
