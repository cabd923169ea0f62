"""An AWS Budget watches the monthly limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import mappings, number, shown
from policies.model import UNKNOWN, Severity
from policies.rule import ROOT_TYPE, Context, Problem, Rule, undecided
from policies.rules._tokens import BUDGET

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """The story's stack has an AWS Budget of at most the limit, with forecast and actual notices."""
    if not context.is_plant_stack:
        return
    budgets = context.graph.of_type(*BUDGET)
    if not budgets:
        yield Problem("there is no aws.budgets.Budget; add one of the monthly limit with notices")
    for budget in budgets:
        amount = number(budget.get("limitAmount"))
        limit = context.config.settings.monthly_limit_usd
        if budget.get("limitAmount") is UNKNOWN:
            yield undecided("limitAmount")
        elif amount is None or amount > limit:
            yield Problem(
                f"limitAmount is {shown(budget.get('limitAmount'))}; set it to {limit} or less", "limitAmount", budget
            )
        if budget.get("timeUnit") != "MONTHLY":
            yield Problem(f"timeUnit is {shown(budget.get('timeUnit'))}; set it to MONTHLY", "timeUnit", budget)
        notices = mappings(budget.get("notifications"))
        kinds = {notice.get("notificationType") for notice in notices}
        for kind in ("ACTUAL", "FORECASTED"):
            if kind not in kinds:
                yield Problem(f"notifications has none of type {kind}; add one", "notifications", budget)
        for notice in notices:
            if not notice.get("subscriberEmailAddresses") and not notice.get("subscriberSnsTopicArns"):
                yield Problem("a notice has no subscribers; give subscriberSnsTopicArns", "notifications", budget)


RULE = Rule(
    id="cost-budget-watched",
    title="An AWS Budget watches the monthly limit",
    severity=Severity.HIGH,
    why=("The estimate is made before the deployment; the budget is what notices when the month turns out otherwise."),
    fix=(
        "Add an aws.budgets.Budget with limitAmount at the limit, timeUnit MONTHLY, and ACTUAL and "
        "FORECASTED notices with subscribers."
    ),
    source="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "budget": (
            BUDGET[0],
            {
                "limitAmount": "5.00",
                "timeUnit": "MONTHLY",
                "notifications": [
                    {"notificationType": "ACTUAL", "subscriberSnsTopicArns": ["arn:topic"]},
                    {"notificationType": "FORECASTED", "subscriberSnsTopicArns": ["arn:topic"]},
                ],
            },
        ),
    },
    failing={"root": (ROOT_TYPE, {})},
)
