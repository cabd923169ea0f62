"""AWS Budgets: monitoring is free, a budget with actions is billed by the day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cost.charges import Amount, Charge
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens

BUDGET: Final = tokens.BUDGET[0]
ACTION: Final = tokens.BUDGET_ACTION[0]


def action(scope: Scope) -> Iterator[Charge]:
    """The days of a month that the action's budget exists; a budget with several actions bills once."""
    budgets = scope.referenced("budgetName", BUDGET)
    known = scope.resource.get("budgetName")
    name = budgets[0].urn if budgets else known if isinstance(known, str) else scope.resource.urn
    if not scope.is_first("action budget", name):
        return
    days = Amount.fixed(MONTH_HOURS / 24)
    yield scope.charge("Budget with actions", ("budgets", "action_budget_day"), days, Metering.STANDING)


PRICERS: Final = {ACTION: Pricer(action, twins=("aws_budgets_budget_action",))}
