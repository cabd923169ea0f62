"""An AWS Budget watches the monthly limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import BUDGET, TOPIC
from deployment.unknown import UNKNOWN
from policies.checks import mappings, number, shown, strings
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules.stack.budget_tag import filters


def check(context: Context) -> Iterator[Problem]:
    """The story's stack has an AWS Budget of at most the limit, with forecast and actual notices."""
    if not context.is_plant_stack:
        return
    budgets = context.graph.of_type(*BUDGET)
    if not budgets:
        yield Problem("there is no aws.budgets.Budget; add one of the monthly limit with notices")
    for budget in budgets:
        yield from amount_problems(budget, context)
        for path, allowed in FIXED.items():
            if budget.get(path) not in allowed:
                yield Problem(f"{path} is {shown(budget.get(path))}; set it to {allowed[0]}", path, budget)
        if budget.get("costFilters") is not UNKNOWN and not list(filters(budget)):
            yield Problem(
                "costFilters counts by no tag (TagKeyValue, user:KEY$VALUE), so not what this stack costs; count by "
                "one",
                "costFilters",
                budget,
            )
        yield from notice_problems(budget, context)


def amount_problems(budget: Resource, context: Context) -> Iterator[Problem]:
    """What is wrong with the amount: it is the stack's own limit, and the pack's at most."""
    value = budget.get("limitAmount")
    if value is UNKNOWN:
        yield undecided("limitAmount")._replace(resource=budget)
        return
    declared = (context.cost_basis or {}).get("budget")
    own = number(declared.get("monthlyLimitUsd")) if isinstance(declared, Mapping) else None
    most, amount = context.config.settings.monthly_limit_usd or Decimal("Infinity"), number(value)
    if amount is None or not 0 < amount <= most:
        yield Problem(f"limitAmount is {shown(value)}; set it to {most} or less, and above 0", "limitAmount", budget)
    elif own is not None and amount != own:
        yield Problem(
            f"limitAmount is {shown(value)}, and the stack declares {own} (costBasis.budget.monthlyLimitUsd); make "
            "them "
            "equal",
            "limitAmount",
            budget,
        )


def notice_problems(budget: Resource, context: Context) -> Iterator[Problem]:
    """What is wrong with the notices: early enough, at the limit, ahead of it, and to somebody."""
    percents: dict[Any, list[Decimal]] = {"ACTUAL": [], "FORECASTED": []}
    for index, notice in enumerate(mappings(budget.get("notifications"))):
        path = f"notifications[{index}]"
        for arn in strings(notice.get("subscriberSnsTopicArns")):
            if not any(topic.outputs.get("arn") == arn for topic in context.graph.of_type(*TOPIC)):
                yield Problem(f"{path} goes to {arn}, which is no topic of this stack", "notifications", budget)
        if not notice.get("subscriberEmailAddresses") and not notice.get("subscriberSnsTopicArns"):
            yield Problem(f"{path} has no subscribers; give subscriberSnsTopicArns", "notifications", budget)
        if notice.get("comparisonOperator") not in ("GREATER_THAN", UNKNOWN):
            yield Problem(
                f"{path}.comparisonOperator is {shown(notice.get('comparisonOperator'))}; set it to GREATER_THAN",
                f"{path}.comparisonOperator",
                budget,
            )
        percent = percent_of(notice, budget)
        if percent is None or not 0 < percent <= 100:
            yield Problem(
                f"{path} tells at {shown(notice.get('threshold'))} {shown(notice.get('thresholdType'))}; give a "
                "PERCENTAGE "
                "above 0, 100 at most",
                f"{path}.threshold",
                budget,
            )
        else:
            percents.setdefault(notice.get("notificationType"), []).append(percent)
    if not percents["FORECASTED"]:
        yield Problem("notifications has none of type FORECASTED; add one at 100 %", "notifications", budget)
    if not percents["ACTUAL"]:
        yield Problem("notifications has none of type ACTUAL; add one at 80 %", "notifications", budget)


def percent_of(notice: Mapping[str, Any], budget: Resource) -> Decimal | None:
    """Percent of the limit at which `notice` goes out; None when it can't be told."""
    threshold, limit = number(notice.get("threshold")), number(budget.get("limitAmount"))
    if notice.get("thresholdType") == "ABSOLUTE_VALUE":
        return None if threshold is None or not limit else threshold / limit * 100
    return threshold


FIXED: Final[Mapping[str, tuple[Any, ...]]] = {
    "timeUnit": ("MONTHLY", UNKNOWN),
    "budgetType": ("COST", UNKNOWN),
    "limitUnit": ("USD", UNKNOWN),
}


def _notice(kind: str, percent: int) -> dict[str, object]:
    return {
        "notificationType": kind,
        "threshold": percent,
        "thresholdType": "PERCENTAGE",
        "comparisonOperator": "GREATER_THAN",
        "subscriberSnsTopicArns": ["arn:topic"],
    }


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
        "topic": (TOPIC[0], {}),
        "budget": (
            BUDGET[0],
            {
                "limitAmount": "5.00",
                "limitUnit": "USD",
                "budgetType": "COST",
                "timeUnit": "MONTHLY",
                "costFilters": [{"name": "TagKeyValue", "values": ["user:Stack$plant"]}],
                "notifications": [
                    _notice("ACTUAL", 80),
                    _notice("ACTUAL", 100),
                    _notice("FORECASTED", 100),
                ],
            },
        ),
    },
    failing={"root": (ROOT_TYPE, {})},
)
