"""At the limit the budget stops new capacity by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import BUDGET, BUDGET_ACTION, ROLE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, number, shown, strings
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._permissions import may, permissions

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
        for path, allowed in FIXED.items():
            if action.get(path) not in (allowed, UNKNOWN):
                yield Problem(f"{path} is {shown(action.get(path))}; set it to {allowed}", path, action)
        value = action.get("actionThreshold.actionThresholdValue")
        threshold = number(value)
        if value is not UNKNOWN and (threshold is None or not LEAST_PERCENT <= threshold <= 100):
            yield Problem(
                f"actionThreshold.actionThresholdValue is {shown(value)} %; set it to {LEAST_PERCENT} to 100",
                "actionThreshold",
                action,
            )
        yield from reach_problems(action, context)


def reach_problems(action: Resource, context: Context) -> Iterator[Problem]:
    """Whether the action hangs on the stack's budget, and reaches a role that makes capacity."""
    graph = context.graph
    if not graph.referenced(action, "budgetName", *BUDGET) and action.get("budgetName") is not UNKNOWN:
        yield Problem(
            f"budgetName is {shown(action.get('budgetName'))}, which is no budget of this stack", "budgetName", action
        )
    roles = graph.referenced(action, "definition.iamActionDefinition.roles", *ROLE)
    for role in roles:
        given = permissions(role, context)
        if given is not None and not any(may(given, call) for call in CAPACITY):
            yield Problem(
                f"definition.iamActionDefinition.roles names {role.name}, which makes no capacity anyway; name the "
                "role "
                "that deploys",
                "definition.iamActionDefinition.roles",
                action,
            )
    known = [arn for role in graph.of_type(*ROLE) if isinstance(arn := role.outputs.get("arn"), str)]
    for name in strings(action.get("definition.iamActionDefinition.roles")):
        if known and not any(arn.rpartition("/")[2] == name for arn in known):
            yield Problem(
                f"definition.iamActionDefinition.roles names {name}, which is no role of this stack",
                "definition.iamActionDefinition.roles",
                action,
            )


CAPACITY: Final = ("ec2:RunInstances", "autoscaling:CreateAutoScalingGroup", "elasticloadbalancing:CreateLoadBalancer")
LEAST_PERCENT: Final = 50
FIXED: Final = {
    "approvalModel": "AUTOMATIC",
    "actionType": "APPLY_IAM_POLICY",
    "notificationType": "ACTUAL",
    "actionThreshold.actionThresholdType": "PERCENTAGE",
}
REQUIRED = {
    "executionRoleArn": "the role under which the budget acts",
    "definition.iamActionDefinition.policyArn": "the policy that denies new capacity",
    "definition.iamActionDefinition.roles": "the roles that it is attached to",
    "subscribers": "who hears of it",
}

RULE = Rule(
    id="cost-budget-acts",
    title="At the limit the budget stops new capacity by itself",
    severity=Severity.HIGH,
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
                "actionType": "APPLY_IAM_POLICY",
                "notificationType": "ACTUAL",
                "actionThreshold": {"actionThresholdValue": 100, "actionThresholdType": "PERCENTAGE"},
                "definition": {"iamActionDefinition": {"policyArn": "arn:deny", "roles": ["ci"]}},
                "budgetName": "id:limit",
                "subscribers": [{"subscriptionType": "EMAIL", "address": "team@example.com"}],
            },
        ),
        "limit": (BUDGET[0], {}),
    },
    failing={"root": (ROOT_TYPE, {})},
)
