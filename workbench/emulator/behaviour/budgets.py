"""AWS Budgets learns of spend: notifications first, then the budget's actions.

Source: AWS Cost Management user guide, "Managing your costs with AWS Budgets" and "Configuring budget actions"
(2026-11): a notification is sent once when its threshold is passed; an action runs with its execution role.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.emulator.behaviour.topics import Publisher
from workbench.emulator.lifecycle import is_gone

if TYPE_CHECKING:
    from workbench.emulator.behaviour.account import Account

SERVICE = "budgets.amazonaws.com"


@dataclass(frozen=True)
class Charge:
    """Something on the bill."""

    usd: Decimal
    tags: Mapping[str, str]


@dataclass
class BudgetWatch:
    """One budget and its actions at work over a month."""

    account: Account
    budget: Mapping[str, Any]
    """Declared budget: name, limitAmount, costFilters, notifications."""
    actions: Sequence[Mapping[str, Any]]
    """Declared actions of that budget."""
    mailed: list[str] = field(default_factory=list)
    """What was sent by mail: "<address>: <threshold>"."""
    refused: list[str] = field(default_factory=list)
    """Actions that were not carried out, and why."""
    _sent: set[int] = field(default_factory=set)

    def counted(self, charges: Sequence[Charge]) -> Decimal:
        """US$ of the charges that the budget's cost filters see."""
        return sum((charge.usd for charge in charges if self._sees(charge)), Decimal(0))

    def learn(self, charges: Sequence[Charge], forecast: Decimal | None = None) -> Decimal:
        """Learn of a month's charges so far, and of the forecast if there is one; gives the spend that counts."""
        limit = Decimal(str(self.budget["limitAmount"]))
        actual = self.counted(charges)
        amounts = {"ACTUAL": actual, "FORECASTED": forecast if forecast is not None else Decimal(0)}
        for number, note in enumerate(self.budget["notifications"]):
            amount = amounts[note["notificationType"]]
            if number not in self._sent and amount > limit * Decimal(str(note["threshold"])) / 100:
                self._sent.add(number)
                self._notify(note, amount)
        for action in self.actions:
            threshold = Decimal(str(action["actionThreshold"]["actionThresholdValue"]))
            if amounts[action["notificationType"]] > limit * threshold / 100 and action["approvalModel"] == "AUTOMATIC":
                self._act(action)
        return actual

    def _sees(self, charge: Charge) -> bool:
        """Cost filters of the form ``TagKeyValue: user:<key>$<value>``; without a filter everything counts."""
        wanted = [value for item in self.budget.get("costFilters") or () for value in item["values"]]
        pairs = [value.removeprefix("user:").partition("$") for value in wanted]
        return not wanted or any(charge.tags.get(key) == value for key, _, value in pairs)

    def _notify(self, note: Mapping[str, Any], amount: Decimal) -> None:
        name, kind = self.budget["name"], str(note["notificationType"]).lower()
        text = {"budget": name, "type": kind, "amountUsd": f"{amount:.2f}", "thresholdPercent": note["threshold"]}
        for address in note.get("subscriberEmailAddresses") or ():
            self.mailed.append(f"{address}: {note['threshold']} % {kind}")
        for topic in note.get("subscriberSnsTopicArns") or ():
            self.account.topics.publish(
                topic, json.dumps(text), f"AWS Budgets: {name}", Publisher(SERVICE, self.budget.get("arn", ""))
            )

    def _act(self, action: Mapping[str, Any]) -> None:
        definition = action["definition"]["iamActionDefinition"]
        policy = definition["policyArn"]
        for role in definition["roles"]:
            arn = self.account.answers.call("iam", "get_role", RoleName=role)["Role"]["Arn"]  # with its path
            may = self.account.roles.may(
                action["executionRoleArn"], "iam:AttachRolePolicy", arn, {"iam:PolicyARN": policy}, assumed_by=SERVICE
            )
            if not may:
                self.refused.append(f"the action's role may not attach {policy.rsplit('/', 1)[-1]} to {role}")
                continue
            try:
                self.account.answers.call("iam", "attach_role_policy", RoleName=role, PolicyArn=policy)
            except Exception as error:
                if not is_gone(error):
                    raise
                self.refused.append(f"the policy {policy.rsplit('/', 1)[-1]} does not exist")
