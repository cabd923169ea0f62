"""At the limit the budget stops new capacity by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import is_absent, number, shown
from policies.model import UNKNOWN, Severity
from policies.rule import ROOT_TYPE, Context, Problem, Rule
from policies.rules._tokens import BUDGET_ACTION

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """At the limit the budget itself stops new capacity."""
    if not context.is_plant_stack:
        return
    actions = context.graph.of_type(*BUDGET_ACTION)
    if not actions:
        yield Problem("the budget only tells; add aws.budgets.BudgetAction that denies new capacity")
    for action in actions:
        for path, what in REQUIRED.items():
            if is_absent(action.get(path)):
                yield Problem(f"{path} is not set; give {what}", path, action)
        if action.get("approvalModel") not in ("AUTOMATIC", UNKNOWN):
            yield Problem(
                f"approvalModel is {shown(action.get('approvalModel'))}; set it to AUTOMATIC", "approvalModel", action
            )
        threshold = number(action.get("actionThreshold.actionThresholdValue"))
        if threshold is None or threshold > 100:
            yield Problem(
                "actionThreshold.actionThresholdValue is above 100 %; set it to 100", "actionThreshold", action
            )


REQUIRED = {
    "executionRoleArn": "the role under which the budget acts",
    "definition.iamActionDefinition.policyArn": "the policy that denies new capacity",
    "definition.iamActionDefinition.roles": "the roles that it is attached to",
}

RULE = Rule(
    id="cost-budget-acts",
    title="At the limit the budget stops new capacity by itself",
    severity=Severity.MEDIUM,
    why="Notices are read in the morning; an action works at night.",
    fix="Add an aws.budgets.BudgetAction with approvalModel AUTOMATIC at 100 %.",
    source="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-controls.html",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "act": (
            BUDGET_ACTION[0],
            {
                "executionRoleArn": "arn:role",
                "approvalModel": "AUTOMATIC",
                "actionThreshold": {"actionThresholdValue": 100},
                "definition": {"iamActionDefinition": {"policyArn": "arn:deny", "roles": ["ci"]}},
            },
        ),
    },
    failing={"root": (ROOT_TYPE, {})},
)
