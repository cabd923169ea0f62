"""Every resource has a price or is known to be free."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from deployment.errors import InputError
from deployment.tokens import GAME_FLEET, NAT_GATEWAY
from policies.context import ROOT_TYPE, Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._budget import FREE_STACK
from policies.settings import PackConfig, PackSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """No resource is left without a price, where there is a budget to hold."""
    if not context.has_budget:
        return
    try:
        if not context.estimate.budget_usd.is_finite():
            return
        unpriced, lacking = context.estimate.unpriced, context.estimate.lacking_told
    except InputError as error:
        for problem in error.problems:
            yield Problem(f"the stack can't be priced: {problem}")
        return
    for entry in unpriced:
        resource = context.graph.by_urn.get(entry.urn)
        yield Problem(f"{entry.type} has no price: {entry.reason}", resource=resource)
    for sentence in lacking:
        yield Problem(sentence)


RULE = Rule(
    id="cost-everything-priced",
    title="Every resource has a price or is known to be free",
    severity=Severity.HIGH,
    risk=Risk.CONFIGURED,
    why="A resource that the estimate leaves out would cost $0 by silence.",
    fix="Fetch prices that a Region lacks: ./plant prices refresh --region REGION. A type that nothing prices needs a "
    "pricer in cost/pricers, or its reason in cost/free.toml.",
    source="docs/architecture.md, the budget",
    check_stack=check,
    passing=FREE_STACK,
    failing={"gamelift": (GAME_FLEET[0], {"ec2InstanceType": "c5.large"})},
    also_failing=(
        {"root": (ROOT_TYPE, {"costBasis": {"version": 7}})},
        {"nat": (NAT_GATEWAY[0], {"region": "mx-central-1"})},
    ),
    example_config=PackConfig(PackSettings(monthly_limit_usd=Decimal("5.00"))),
)
