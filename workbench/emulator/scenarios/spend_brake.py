"""The month's spend runs ahead of the budget."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from components.edge.firewall_rules import LEAST_LIMIT
from components.operations.brake_states import allowed_spend
from deployment import tokens
from workbench.emulator import words
from workbench.emulator.stage import NotApplicableError, Stage

CRITERION = (
    "When the month can't end within the budget any more, the fleets go to their minimum, and rate limits become tight,"
    " until the next one."
)
BUDGET = tokens.BUDGET[0]
GROUP = tokens.SCALING_GROUP[0]
PARAMETER = tokens.PARAMETER[0]
_CENT = Decimal("0.01")


def play(stage: Stage) -> None:
    """Spend as allowed, then a cent more, then a new month: the brake's own schedule does the rest."""
    settings = stage.settings
    stage.needs_a_running_stack()
    if not settings.has_brake:
        raise NotApplicableError(
            "the stack runs in sessions (plant:uptime.schedule): they bound its hours, and it has no spend brake"
            if settings.uptime.schedule == "sessions"
            else "the stack runs in pods (plant:platform.kind): a quota bounds them, and it has no spend brake"
        )
    account, budget = stage.account, settings.budget
    allowed = allowed_spend(budget.monthly_limit_usd, budget.brake_minimum_percent)
    look = timedelta(hours=budget.brake_every_hours)
    spend = _Spend(stage)
    declared, limits = _largest(stage), _limits(stage)
    told = stage.listen(str(stage.entry(tokens.TOPIC[0], "alerts").outputs["arn"]))
    stage.restore_later()
    account.timetable.follow(_next_month(account.clock.now) + 2 * look, "brake")

    def after_a_look(usd: Decimal) -> str:
        spend.usd = usd
        account.clock.advance(look)
        return "".join(f"; {why}" for why in account.refused())

    today = allowed[account.clock.now.day - 1]
    wrong = after_a_look(today - _CENT)
    stage.demand(
        "while the rest of the month is paid for, the fleets may grow",
        _largest(stage) == declared and _limits(stage) == limits and not told(),
        f"{words.usd(today - _CENT)} spent, {words.usd(today)} allowed: at most {words.pairs(declared)}{wrong}",
    )
    tomorrow = allowed[(account.clock.now + look).day - 1] + _CENT
    wrong = after_a_look(tomorrow)
    least = _least(stage)
    stage.demand(
        f"a cent more holds them at their minimum within {words.span(look)}",
        _largest(stage) == least != declared,
        f"{words.usd(tomorrow)} spent: at most {words.pairs(_largest(stage))}{wrong}",
    )
    stage.demand("operators are told", len(told()) == 1, words.count(len(told()), "message"))
    if limits:
        tight = {rule: max(LEAST_LIMIT, limit * budget.brake_rate_percent // 100) for rule, limit in limits.items()}
        stage.demand("callers have less", _limits(stage) == tight != limits, f"limits {words.pairs(_limits(stage))}")
        _widen(stage, limits)  # as `pulumi up` may
    after_a_look(tomorrow + budget.monthly_limit_usd)
    stage.demand(
        "once, however often it looks",
        _largest(stage) == least and len(told()) == 1 and (not limits or _limits(stage) == tight),
        f"{words.count(len(told()), 'message')}; at most {words.pairs(_largest(stage))}",
    )
    spend.usd = _CENT
    account.clock.advance(_next_month(account.clock.now) + look)
    stage.demand(
        "and with the new month they may grow again, and callers have what is declared",
        _largest(stage) == declared and _limits(stage) == limits and len(told()) == 2,
        f"{words.moment(account.clock.now)}: at most {words.pairs(_largest(stage))};"
        f" {words.count(len(told()), 'message')}" + "".join(f"; {why}" for why in account.refused()),
    )


class _Spend:
    """What AWS Budgets reports of the month so far."""

    def __init__(self, stage: Stage) -> None:
        self.usd = Decimal(0)
        self.name = str(stage.entry(BUDGET).outputs["name"])
        handlers = stage.account.caller.handlers
        handlers["budgets.describe_budget"] = self.answer
        stage.finally_do(lambda: handlers.pop("budgets.describe_budget"))

    def answer(self, params: dict[str, Any]) -> dict[str, Any]:
        """The budget that the call names."""
        amount = {"Amount": f"{self.usd:f}", "Unit": "USD"}
        return {"Budget": {"BudgetName": params["BudgetName"], "CalculatedSpend": {"ActualSpend": amount}}}


def _groups(stage: Stage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    return found


def _largest(stage: Stage) -> dict[str, int]:
    return {group["AutoScalingGroupName"]: int(group["MaxSize"]) for group in _groups(stage)}


def _least(stage: Stage) -> dict[str, int]:
    return {group["AutoScalingGroupName"]: int(group["MinSize"]) for group in _groups(stage)}


def _rule_group(stage: Stage) -> dict[str, Any] | None:
    """The rule group of a shared stack, with its lock token; None where there is none."""
    found = stage.call("wafv2", "list_rule_groups", Scope="REGIONAL")["RuleGroups"]
    if not found:
        return None
    named = {"Name": found[0]["Name"], "Id": found[0]["Id"], "Scope": "REGIONAL"}
    return {**named, **stage.call("wafv2", "get_rule_group", **named)}


def _limits(stage: Stage) -> dict[str, int]:
    """Rule -> its rate limit."""
    group = _rule_group(stage)
    statements = {rule["Name"]: rule["Statement"] for rule in group["RuleGroup"]["Rules"]} if group else {}
    rates = {rule: statement.get("RateBasedStatement") for rule, statement in statements.items()}
    return {rule: int(rate["Limit"]) for rule, rate in rates.items() if rate}


def _widen(stage: Stage, limits: dict[str, int]) -> None:
    group = _rule_group(stage)
    if group is None:
        return
    rules = group["RuleGroup"]["Rules"]
    for rule in rules:
        if rule["Name"] in limits:
            rule["Statement"]["RateBasedStatement"]["Limit"] = limits[rule["Name"]]
    named = {key: group[key] for key in ("Name", "Id", "Scope", "LockToken")}
    whole = {key: group["RuleGroup"][key] for key in ("VisibilityConfig", "CustomResponseBodies")}
    stage.call("wafv2", "update_rule_group", **named, Rules=rules, **whole)


def _next_month(now: datetime) -> datetime:
    return (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
