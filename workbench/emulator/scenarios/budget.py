"""Spend passes the budget."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.behaviour.access import Ask, denies
from workbench.emulator.behaviour.budgets import BudgetWatch, Charge
from workbench.emulator.stage import Stage

CRITERION = "When spend passes the limit people are told, and the budget's action denies new capacity."
BUDGET = tokens.BUDGET[0]
ACTION = tokens.BUDGET_ACTION[0]
NEW_CAPACITY = {
    "an instance": Ask("ec2:RunInstances"),
    "a group": Ask("autoscaling:CreateAutoScalingGroup"),
    "a larger group": Ask("autoscaling:UpdateAutoScalingGroup", context={"autoscaling:MaxSize": "1"}),
    "more instances": Ask("autoscaling:SetDesiredCapacity"),
    "a load balancer": Ask("elasticloadbalancing:CreateLoadBalancer"),
    "a web ACL": Ask("wafv2:CreateWebACL"),
    "a serverless cache": Ask("elasticache:CreateServerlessCache"),
    "cache nodes": Ask("elasticache:CreateReplicationGroup"),
}
PARKING = {
    "an empty group": Ask("autoscaling:UpdateAutoScalingGroup", context={"autoscaling:MaxSize": "0"}),
    "no load balancer": Ask("elasticloadbalancing:DeleteLoadBalancer"),
    "no cache": Ask("elasticache:DeleteServerlessCache"),
    "no web ACL": Ask("wafv2:DeleteWebACL"),
}
"""What still has to work, or the guard would keep the money flowing."""


def play(stage: Stage) -> None:
    """Another stack's spend, then the own one: up to each notice, to the forecast, and over the action's threshold."""
    budget = stage.entry(BUDGET).outputs
    limit = Decimal(str(budget["limitAmount"]))
    declared = stage.settings.budget.monthly_limit_usd
    stage.demand(
        "the budget's limit is the declared one",
        limit == declared,
        f"{words.usd(limit)} a month, declared {words.usd(declared)}",
    )
    tags = _tags(stage)
    _notices(stage, BudgetWatch(stage.account, budget, []), limit, tags)
    action = stage.entry(ACTION).outputs
    definition = action["definition"]["iamActionDefinition"]
    role, policy = definition["roles"][0], definition["policyArn"]
    stage.finally_do(lambda: _detach(stage, role, policy))
    watch = BudgetWatch(stage.account, {**budget, "notifications": []}, [action])
    threshold = _share(limit, stage.settings.budget.action_percent)
    watch.learn([Charge(threshold - _CENT, tags)])
    attached = _attached(stage, role)
    stage.demand(
        "the action waits for its threshold",
        policy not in attached,
        f"{words.usd(threshold - _CENT)}: {role} has {_names(attached)}",
    )
    watch.learn([Charge(threshold + _CENT, tags)])
    attached = _attached(stage, role)
    stage.demand(
        f"over {stage.settings.budget.action_percent} % the policy is attached to the deploying role",
        policy in attached,
        f"{words.usd(threshold + _CENT)}: {role} has {_names(attached)}" + "".join(f"; {why}" for why in watch.refused),
    )
    _denials(stage, policy)


def _notices(stage: Stage, watch: BudgetWatch, limit: Decimal, tags: dict[str, str]) -> None:
    percents = sorted(stage.settings.budget.notice_percents)
    topics = {arn for note in watch.budget["notifications"] for arn in note.get("subscriberSnsTopicArns") or []}
    listeners = [stage.listen(topic) for topic in sorted(topics)]

    def told() -> int:
        return sum(len(received()) for received in listeners)

    foreign = watch.learn([Charge(limit * 2, dict.fromkeys(tags, "another"))])
    stage.demand("another stack's spend does not count", foreign == told() == 0, f"{words.usd(foreign)} counted")
    spent = watch.learn([Charge(_share(limit, percents[0]) - _CENT, tags)])
    stage.demand(
        f"the stack's does, and below {percents[0]} % nobody is told",
        spent > 0 and told() == 0,
        f"{words.usd(spent)} of {words.usd(limit)}: {words.count(told(), 'message')}",
    )
    for number, percent in enumerate(percents, start=1):
        spent = watch.learn([Charge(_share(limit, percent) + _CENT, tags)])
        stage.demand(
            f"people are told at {percent} %",
            told() == number,
            f"{words.usd(spent)}: {words.count(told(), 'message')}, by mail {words.listed(watch.mailed)}"
            + "".join(f"; {why}" for why in stage.account.refused()),
        )
    before = told()
    watch.learn([Charge(_CENT, tags)], forecast=limit + _CENT)
    stage.demand(
        "and when the forecast passes the limit",
        told() == before + 1,
        f"forecast {words.usd(limit + _CENT)}: {words.count(told() - before, 'message')}",
    )


def _denials(stage: Stage, policy: str) -> None:
    name = policy.rsplit("/", 1)[-1]
    if not any(entry.outputs["arn"] == policy for entry in stage.entries(tokens.IAM_POLICY[0])):
        stage.demand("it denies new capacity", False, f"the stack has no policy {name}")
        return
    version = stage.call("iam", "get_policy", PolicyArn=policy)["Policy"]["DefaultVersionId"]
    document = stage.call("iam", "get_policy_version", PolicyArn=policy, VersionId=version)["PolicyVersion"]["Document"]
    open_ = [name for name, ask in NEW_CAPACITY.items() if not denies([document], ask)]
    stage.demand(
        "it denies new capacity",
        not open_,
        f"still allowed: {words.listed(open_)}" if open_ else f"denied: {words.listed(NEW_CAPACITY)}",
    )
    shut = [name for name, ask in PARKING.items() if denies([document], ask)]
    stage.demand(
        "and lets the stack be parked",
        not shut,
        f"denied: {words.listed(shut)}" if shut else f"not denied: {words.listed(PARKING)}",
    )


_CENT = Decimal("0.01")


def _share(limit: Decimal, percent: int) -> Decimal:
    return (limit * percent / 100).quantize(_CENT)


def _tags(stage: Stage) -> dict[str, str]:
    """Tags that all resources of the stack have in common: what its charges carry."""
    every = [entry.outputs.get("tags") for entry in stage.deployer.state.entries.values()]
    tagged = [tags for tags in every if isinstance(tags, dict) and tags]  # a group has a list of its own
    common: dict[str, Any] = dict(tagged[0]) if tagged else {}
    for tags in tagged[1:]:
        common = {key: value for key, value in common.items() if tags.get(key) == value}
    return common


def _detach(stage: Stage, role: str, policy: str) -> None:
    if policy in _attached(stage, role):
        stage.call("iam", "detach_role_policy", RoleName=role, PolicyArn=policy)


def _attached(stage: Stage, role: str) -> list[str]:
    answer = stage.call("iam", "list_attached_role_policies", RoleName=role)
    return [item["PolicyArn"] for item in answer["AttachedPolicies"]]


def _names(policies: list[str]) -> str:
    return words.listed((policy.rsplit("/", 1)[-1] for policy in policies), "no attached policy")
