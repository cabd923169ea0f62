"""AWS Budgets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import tagging


def budget(context: Context) -> dict[str, Any]:
    """The declared budget in the API's form."""
    result: dict[str, Any] = {
        "BudgetName": context["name"],
        "BudgetType": context["budgetType"],
        "TimeUnit": context["timeUnit"],
    }
    if context.get("limitAmount"):
        result["BudgetLimit"] = {"Amount": str(context["limitAmount"]), "Unit": context.get("limitUnit", "USD")}
    filters = context.get("costFilters")
    if filters:
        result["CostFilters"] = {item["name"]: item["values"] for item in filters}
    if context.get("costTypes"):
        result["CostTypes"] = {name[0].upper() + name[1:]: value for name, value in context["costTypes"].items()}
    period = {
        api: datetime.strptime(str(context[name]), "%Y-%m-%d_%H:%M").astimezone()
        for name, api in (("timePeriodStart", "Start"), ("timePeriodEnd", "End"))
        if context.get(name)
    }
    return result | ({"TimePeriod": period} if period else {})


def notifications(context: Context) -> list[dict[str, Any]] | None:
    """The declared notifications with their subscribers."""
    result = []
    for item in context.get("notifications") or []:
        subscribers = [
            {"SubscriptionType": "EMAIL", "Address": address} for address in item.get("subscriberEmailAddresses") or []
        ] + [{"SubscriptionType": "SNS", "Address": arn} for arn in item.get("subscriberSnsTopicArns") or []]
        result.append(
            {
                "Notification": {
                    "NotificationType": item["notificationType"],
                    "ComparisonOperator": item["comparisonOperator"],
                    "Threshold": float(item["threshold"]),
                    "ThresholdType": item["thresholdType"],
                },
                "Subscribers": subscribers,
            }
        )
    return result or None


def _old_and_new(context: Context) -> list[dict[str, Any]]:
    """The notifications that were recorded, and those that an interrupted update may have made already."""
    recorded = Context(context.urn, context.state, context.region)
    return [*(notifications(recorded) or []), *(notifications(context) or [])]


def _action(context: Context) -> dict[str, Any]:
    definition = context["definition"]
    names = {
        "iamActionDefinition": (
            "IamActionDefinition",
            {"policyArn": "PolicyArn", "roles": "Roles", "groups": "Groups", "users": "Users"},
        ),
        "scpActionDefinition": ("ScpActionDefinition", {"policyId": "PolicyId", "targetIds": "TargetIds"}),
        "ssmActionDefinition": (
            "SsmActionDefinition",
            {"actionSubType": "ActionSubType", "instanceIds": "InstanceIds", "region": "Region"},
        ),
    }
    return {
        names[block][0]: {names[block][1][key]: value for key, value in content.items()}
        for block, content in definition.items()
        if content
    }


_WHERE = {"AccountId": "{account}", "BudgetName": "{name}"}

TYPES = (
    AwsType(
        pulumi_type=tokens.BUDGET[0],
        service="budgets",
        name_property="name",
        name_length=100,
        create=Call(
            operation="create_budget",
            args={"AccountId": "{account}", "Budget": budget, "NotificationsWithSubscribers": notifications},
            takes=("tags",),
        ),
        renames={"tags": "ResourceTags"},
        id="{account}:{name}",
        find=Read(
            operation="describe_budgets",
            args={"AccountId": "{account}"},
            item="Budgets[?BudgetName=='{name}'] && '{account}:{name}' || ''",
        ),
        read=(
            Read(operation="describe_budget", args=_WHERE, item="Budget"),
            Read(operation="describe_notifications_for_budget", args=_WHERE, item="Notifications", under="notes"),
        ),
        live={
            "limitAmount": "BudgetLimit.Amount",
            "limitUnit": "BudgetLimit.Unit",
            "timeUnit": "TimeUnit",
            "budgetType": "BudgetType",
        },
        delete=Call(operation="delete_budget", args=_WHERE),
        update=(
            Call(
                operation="update_budget",
                args={"AccountId": "{account}", "NewBudget": budget},
                when=("limitAmount", "limitUnit", "costFilters", "costTypes", "timeUnit", "budgetType"),
            ),
            Call(
                operation="delete_notification",
                args=_WHERE,
                each=lambda c: [{"Notification": item["Notification"]} for item in _old_and_new(c)],
                when=("notifications",),
                removes=True,
            ),
            Call(
                operation="create_notification",
                args=_WHERE,
                each=lambda c: notifications(c) or [],
                when=("notifications",),
            ),
        ),
        outputs={"arn": "arn:aws:budgets::{account}:budget/{name}", "accountId": "{account}"},
        replaces=frozenset({"name", "namePrefix", "accountId"}),
        tagging=tagging("tag_resource", "untag_resource", keys="ResourceTagKeys", ResourceARN="{arn}"),
    ),
    AwsType(
        pulumi_type=tokens.BUDGET_ACTION[0],
        service="budgets",
        create=Call(
            operation="create_budget_action",
            args={
                "AccountId": "{account}",
                "ActionThreshold": lambda c: {
                    "ActionThresholdValue": float(c["actionThreshold"]["actionThresholdValue"]),
                    "ActionThresholdType": c["actionThreshold"]["actionThresholdType"],
                },
                "Definition": _action,
                "Subscribers": lambda c: [
                    {"SubscriptionType": item["subscriptionType"], "Address": item["address"]}
                    for item in c["subscribers"]
                ],
            },
            takes=("budgetName", "actionType", "approvalModel", "executionRoleArn", "notificationType"),
        ),
        id="{account}:{uid}:{budgetName}",
        synthetic={
            "arn": "arn:aws:budgets::{account}:budget/{budgetName}/action/{uid}",
            "actionId": "{uid}",
            "status": "STANDBY",
            "accountId": "{account}",
        },
        replaces=frozenset({"budgetName", "accountId", "actionType"}),
    ),
)
