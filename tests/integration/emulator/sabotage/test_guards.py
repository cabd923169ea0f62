"""Maintenance, budget, abuse, reaper: what is noticed when a guard is missing or asleep."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import depth
import pytest

from workbench.emulator.stage import Status

pytestmark = pytest.mark.slow

UTC = {"scheduleExpressionTimezone": "UTC"}


def muted(change: Any) -> Any:
    """Another mute rule."""

    def changed(rule: Any) -> Any:
        rule["schedule"].update(change)
        return rule

    return lambda live: live.altered("AlarmMuteRule", "mute", rule=changed)


def muting_also(part: str) -> Any:
    def sabotage(live: Any) -> Any:
        name = live.entry("MetricAlarm", part).id
        return live.altered("AlarmMuteRule", "mute", muteTargets=lambda old: {"alarmNames": [*old["alarmNames"], name]})

    return sabotage


def policy(change: Any) -> Any:
    """An identity policy, changed."""

    def changed(text: str) -> str:
        document = json.loads(text)
        document["Statement"] = [found for item in document["Statement"] if (found := change(item)) is not None]
        return json.dumps(document)

    return changed


def without(action: str) -> Any:
    """A statement without an action; no statement if nothing is left."""

    def change(statement: dict[str, Any]) -> dict[str, Any] | None:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        left = [name for name in actions if name != action]
        return {**statement, "Action": left} if left else None

    return policy(change)


def rules(change: Any) -> Any:
    """The web ACL with its rules changed by name."""

    def changed(old: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [found for rule in old if (found := change(rule)) is not None]

    return lambda live: live.altered("WebAcl", "web-acl", rules=changed)


def rule(name: str, change: Any) -> Any:
    return rules(lambda item: change(item) if item["name"] == name else item)


def counting(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "action": {"count": {}}}


def no_retry_after(item: dict[str, Any]) -> dict[str, Any]:
    response = {
        key: value for key, value in item["action"]["block"]["customResponse"].items() if key != "responseHeaders"
    }
    return {**item, "action": {"block": {"customResponse": response}}}


def limited_to(requests: int) -> Any:
    def change(item: dict[str, Any]) -> dict[str, Any]:
        rate = item["statement"]["rateBasedStatement"]
        return {**item, "statement": {"rateBasedStatement": {**rate, "limit": requests}}}

    return change


def other_status(status: int) -> Any:
    def change(item: dict[str, Any]) -> dict[str, Any]:
        response = item["action"]["block"]["customResponse"]
        return {**item, "action": {"block": {"customResponse": {**response, "responseCode": status}}}}

    return change


def regex(text: str) -> Any:
    def change(item: dict[str, Any]) -> dict[str, Any]:
        match = item["statement"]["regexMatchStatement"]
        return {**item, "statement": {"regexMatchStatement": {**match, "regexString": text}}}

    return change


def size(limit: int) -> Any:
    def change(item: dict[str, Any]) -> dict[str, Any]:
        match = item["statement"]["sizeConstraintStatement"]
        return {**item, "statement": {"sizeConstraintStatement": {**match, "size": limit}}}

    return change


def page_left_up(states: dict[str, Any]) -> None:
    states["Which phase"]["Choices"][1]["Next"] = "Close window"


def window_unnoticed(states: dict[str, Any]) -> None:
    states["Open window"]["Parameters"]["Value"] = "closed"


MAINTENANCE = [
    pytest.param(
        lambda live: live.altered("Schedule", "24h-ahead", **UTC), "users are told ahead", id="a notice in UTC"
    ),
    pytest.param(
        lambda live: live.altered("Schedule", "168h-ahead", state="DISABLED"),
        "users are told ahead",
        id="a notice switched off",
    ),
    pytest.param(
        lambda live: live.altered("Schedule", "patching-start", **UTC),
        "start and end are announced",
        id="a start in UTC",
    ),
    pytest.param(
        lambda live: live.altered("Schedule", "patching-end", state="DISABLED"),
        "the 503 page is on in the window only",
        id="an end switched off",
    ),
    pytest.param(
        lambda live: live.altered("RolePolicy", "maintenance-schedules", policy=without("sns:Publish")),
        "users are told ahead",
        id="schedules that may not publish",
    ),
    pytest.param(
        lambda live: live.altered("RolePolicy", "maintenance-schedules", policy=without("kms:GenerateDataKey")),
        "users are told ahead",
        id="schedules that may not use the key",
    ),
    pytest.param(
        lambda live: live.altered("RolePolicy", "maintenance-workflow", policy=without("wafv2:UpdateIPSet")),
        "the 503 page is on in the window only",
        id="a workflow that may not show the page",
    ),
    pytest.param(
        lambda live: live.redefined("maintenance-machine", page_left_up),
        "the 503 page is on in the window only",
        id="a page left up",
    ),
    pytest.param(
        lambda live: live.redefined("maintenance-machine", window_unnoticed),
        "a rollout's clock stops in the window only",
        id="a window that no rollout hears of",
    ),
    pytest.param(rule("maintenance", counting), "the 503 page is on in the window only", id="a page that only counts"),
    pytest.param(rule("maintenance", no_retry_after), "the page says when to come back", id="no Retry-After"),
    *(
        pytest.param(
            muting_also(f"{part}-traffic-spike"),
            "no scaling or rollback alarm is muted",
            id=f"a scaling alarm of {part} muted",
        )
        for part in ("stable", "canary")
    ),
    pytest.param(muting_also("p95-canary"), "a rollback alarm reaches them at once", id="a rollback alarm muted"),
    pytest.param(muting_also("launch-failures"), "no scaling or rollback alarm is muted", id="launch failures muted"),
    pytest.param(muted({"duration": "PT3H"}), "muted in the window only", id="muted for too long"),
    pytest.param(muted({"timezone": "UTC"}), "muted in the window only", id="muted in UTC"),
    pytest.param(lambda live: live.forgotten("AlarmMuteRule", "mute"), "muted in the window only", id="not muted"),
]

BUDGET = [
    pytest.param(
        lambda live: live.altered("Budget", "budget", limitAmount="50.00"), "limit is the declared one", id="ten times"
    ),
    pytest.param(
        lambda live: live.altered("Budget", "budget", costFilters=[]), "another stack's spend", id="no cost filter"
    ),
    pytest.param(
        lambda live: live.altered(
            "Budget", "budget", costFilters=[{"name": "TagKeyValue", "values": ["user:StackId$plant-prod"]}]
        ),
        "the stack's does",
        id="another stack's tag",
    ),
    pytest.param(
        lambda live: live.altered("Budget", "budget", notifications=lambda old: old[1:]),
        "people are told at 50 %",
        id="a notice left out",
    ),
    pytest.param(
        lambda live: live.altered("Budget", "budget", notifications=lambda old: old[:-1]),
        "when the forecast passes the limit",
        id="no forecast notice",
    ),
    pytest.param(
        lambda live: live.altered(
            "TopicPolicy",
            "alerts",
            policy=policy(lambda it: None if "budgets.amazonaws.com" in json.dumps(it) else it),
        ),
        "people are told at 50 %",
        id="topic that does not let AWS Budgets publish",
    ),
    pytest.param(
        lambda live: live.altered("BudgetAction", "action", approvalModel="MANUAL"),
        "the policy is attached",
        id="an action that waits for somebody",
    ),
    pytest.param(
        lambda live: live.altered(
            "BudgetAction",
            "action",
            definition=lambda old: {
                "iamActionDefinition": {
                    **old["iamActionDefinition"],
                    "policyArn": "arn:aws:iam::123456789012:policy/none",
                }
            },
        ),
        "the policy is attached",
        id="an action without its policy",
    ),
    pytest.param(
        lambda live: live.altered(
            "BudgetAction", "action", actionThreshold=lambda old: {**old, "actionThresholdValue": 50}
        ),
        "the action waits",
        id="an action too early",
    ),
    pytest.param(
        lambda live: live.altered("RolePolicy", "budget-guard", policy=without("iam:AttachRolePolicy")),
        "the policy is attached",
        id="a guard that may not attach it",
    ),
    pytest.param(
        lambda live: live.altered("Policy", "no-new-capacity", policy=without("ec2:RunInstances")),
        "it denies new capacity",
        id="a policy that lets instances start",
    ),
    pytest.param(
        lambda live: live.altered(
            "Policy", "no-new-capacity", policy=policy(lambda it: {k: v for k, v in it.items() if k != "Condition"})
        ),
        "lets the stack be parked",
        id="a policy that keeps groups from being emptied",
    ),
]


@contextlib.contextmanager
def unassociated(live: Any) -> Iterator[None]:
    entry = live.entry("WebAclAssociation", "association")
    balancer, acl = entry.inputs["resourceArn"], entry.inputs["webAclArn"]
    call = live.deployer.lifecycle.api.call
    call("wafv2", "disassociate_web_acl", ResourceArn=balancer)
    try:
        yield
    finally:
        call("wafv2", "associate_web_acl", ResourceArn=balancer, WebACLArn=acl)


ABUSE = [
    pytest.param(rule("rate-per-ip", counting), "from one address", id="rate per address that only counts"),
    pytest.param(rule("rate-per-user", counting), "of one user", id="rate per user that only counts"),
    pytest.param(rule("rate-heavy-path", counting), "on the heavy paths", id="rate on heavy paths that only counts"),
    pytest.param(rule("rate-per-ip", lambda it: None), "every rule is there", id="a rule left out"),
    pytest.param(rule("rate-per-ip", limited_to(10)), "holds back no ordinary user", id="a limit too low"),
    pytest.param(rule("rate-per-user", no_retry_after), "says when to come back", id="no Retry-After"),
    pytest.param(rule("rate-per-user", other_status(403)), "of one user", id="a refusal without 429"),
    pytest.param(rule("page-size", regex(r"^\d{3,}$")), "pages of 50 items", id="two digits let through"),
    pytest.param(rule("page-size", regex(r"^(5[1-9]|[6-9]\d|\d{3,})$")), "pages of 50 items", id="leading zeros"),
    pytest.param(rule("body-size", size(100_000)), "bodies of 8,192 bytes", id="large bodies"),
    pytest.param(
        rule("AWSManagedRulesCommonRuleSet", lambda it: {**it, "overrideAction": {"count": {}}}),
        "managed rule groups are asked",
        id="a managed group that only counts",
    ),
    pytest.param(
        rule("AWSManagedRulesAnonymousIpList", lambda it: None),
        "managed rule groups are asked",
        id="a managed group left out",
    ),
    pytest.param(unassociated, "stand in front of the load balancer", id="a web ACL in front of nothing"),
]


def announced_again(states: dict[str, Any]) -> None:
    states["Find groups"]["ResultSelector"]["names.$"] = "$.AutoScalingGroups[*].AutoScalingGroupName"


def silently(states: dict[str, Any]) -> None:
    states["Announce"]["Parameters"]["Message"]["event"] = "something"


def overlooking_firewalls(states: dict[str, Any]) -> None:
    kinds = states["Find resources"]["Parameters"]["ResourceTypeFilters"]
    kinds[:] = [kind for kind in kinds if not kind.startswith("wafv2")]


def groups_left(states: dict[str, Any]) -> None:
    states["Is anything left"]["Choices"] = [
        {**choice, "Next": "Remove resources"} for choice in states["Is anything left"]["Choices"]
    ]


def protected_left(states: dict[str, Any]) -> None:
    states["Empty groups"]["ItemProcessor"]["States"]["Is any protected"]["Choices"][0]["Next"] = "Empty group"


REAPER = [
    pytest.param(
        lambda live: live.altered("Schedule", "session-end", state="DISABLED"),
        "a schedule starts the reaper within 3 h",
        id="its schedule disabled",
    ),
    pytest.param(
        lambda live: live.altered("Schedule", "free-days", state="DISABLED"),
        "on every day without one",
        id="asleep on free days",
    ),
    pytest.param(
        lambda live: live.altered("Schedule", "session-end", scheduleExpression="cron(30 9 ? * * *)"),
        "nothing is taken while the session lasts",
        id="a schedule within the session",
    ),
    pytest.param(
        lambda live: live.altered("RolePolicy", "reaper-workflow", policy=without("elasticache:DeleteServerlessCache")),
        "everything billed by the hour is gone",
        id="a role that may not delete the cache",
    ),
    pytest.param(
        lambda live: live.redefined("reaper-machine", overlooking_firewalls),
        "everything billed by the hour is gone",
        id="a kind overlooked",
    ),
    pytest.param(
        lambda live: live.redefined("reaper-machine", groups_left),
        "everything billed by the hour is gone",
        id="fleets left running",
    ),
    pytest.param(
        lambda live: live.redefined("reaper-machine", protected_left),
        "the reaper's workflow succeeds",
        id="what a rollout holds left running",
    ),
    pytest.param(
        lambda live: live.redefined("reaper-machine", announced_again), "people are told, once", id="told every time"
    ),
    pytest.param(lambda live: live.redefined("reaper-machine", silently), "people are told, once", id="nobody told"),
]


def check(broken: Any, name: str, sabotage: Any, demand: str) -> None:
    found = broken(name, sabotage)
    assert any(demand in what for what in found), found


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(MAINTENANCE, least=3))
def test_a_window_that_is_not_kept_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    check(broken, "maintenance", sabotage, demand)


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(BUDGET, least=3))
def test_a_budget_that_guards_nothing_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    check(broken, "budget", sabotage, demand)


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(ABUSE, least=3))
def test_a_firewall_that_lets_abuse_through_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    check(broken, "abuse", sabotage, demand)


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(REAPER, least=3))
def test_a_reaper_that_does_not_reap_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    check(broken, "reaper", sabotage, demand)


@pytest.mark.parametrize("name", ["maintenance", "budget", "abuse", "reaper"])
def test_afterwards_the_stack_is_as_it_was(live: Any, name: str) -> None:
    played = live.play(name)
    assert played.status is Status.PASSED, [check for check in played.checks if check.status is Status.FAILED]
