"""Spend passes the budget."""

from __future__ import annotations

import json
from typing import Any

from workbench.emulator.stage import Stage

CRITERION = "When spend passes the limit people are told, and the budget's action denies new capacity."
BUDGET = "aws:budgets/budget:Budget"
ACTION = "aws:budgets/budgetAction:BudgetAction"


def play(stage: Stage) -> None:
    """Spend grows to 40, 90 and 105 % of the limit."""
    budget = stage.entry(BUDGET)
    limit = float(budget.outputs["limitAmount"])
    action = stage.entry(ACTION)
    role = action.outputs["definition"]["iamActionDefinition"]["roles"][0]
    policy = action.outputs["definition"]["iamActionDefinition"]["policyArn"]
    topics = {arn for note in budget.outputs["notifications"] for arn in note.get("subscriberSnsTopicArns") or []}
    listeners = [stage.listen(topic) for topic in sorted(topics)]
    told: list[int] = []
    attached: list[bool] = []
    for percent in (40, 90, 105):
        _spend(stage, limit * percent / 100, limit)
        told.append(sum(len(received()) for received in listeners))
        attached.append(policy in _attached(stage, role))
    stage.demand("below every threshold nobody is told", told[0] == 0, told)
    stage.demand("people are told before the limit", told[1] > 0, f"{told[1]} messages at 90 %")
    stage.demand("and at the limit", told[2] > told[1], f"{told[2]} messages at 105 %")
    stage.demand("the action waits for the limit", attached[:2] == [False, False], attached)
    stage.demand("then the policy is attached to the deploying role", attached[2], _attached(stage, role))
    version = stage.call("iam", "get_policy", PolicyArn=policy)["Policy"]["DefaultVersionId"]
    document = stage.call("iam", "get_policy_version", PolicyArn=policy, VersionId=version)["PolicyVersion"]["Document"]
    denied = _denied(document)
    wanted = {"ec2:RunInstances", "autoscaling:SetDesiredCapacity", "elasticloadbalancing:CreateLoadBalancer"}
    stage.demand("it denies new capacity", wanted <= denied, sorted(denied))
    stage.call("iam", "detach_role_policy", RoleName=role, PolicyArn=policy)


def _spend(stage: Stage, spent: float, limit: float) -> None:
    """What AWS Budgets does once it learns of the spend: notifications, then actions (its user guide)."""
    budget = stage.entry(BUDGET).outputs
    for note in budget["notifications"]:
        if note["notificationType"] != "ACTUAL" or spent <= limit * float(note["threshold"]) / 100:
            continue
        text = json.dumps({"budget": budget["name"], "spentUsd": f"{spent:.2f}", "thresholdPercent": note["threshold"]})
        for topic in note.get("subscriberSnsTopicArns") or []:
            stage.account.publish(topic, text, "AWS Budgets: " + budget["name"])
    for action in stage.entries(ACTION):
        threshold = action.outputs["actionThreshold"]["actionThresholdValue"]
        if spent > limit * float(threshold) / 100 and action.outputs["approvalModel"] == "AUTOMATIC":
            definition = action.outputs["definition"]["iamActionDefinition"]
            for role in definition["roles"]:
                stage.call("iam", "attach_role_policy", RoleName=role, PolicyArn=definition["policyArn"])


def _attached(stage: Stage, role: str) -> list[str]:
    answer = stage.call("iam", "list_attached_role_policies", RoleName=role)
    return [item["PolicyArn"] for item in answer["AttachedPolicies"]]


def _denied(document: Any) -> set[str]:
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    found: set[str] = set()
    for statement in statements:
        if statement["Effect"] == "Deny":
            actions = statement["Action"]
            found |= {actions} if isinstance(actions, str) else set(actions)
    return found
