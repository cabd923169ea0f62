"""Other stacks and settings: what applies is played, what does not says why, and what is missing fails."""

from __future__ import annotations

from functools import cache

import pytest

from deployment.errors import InputError
from workbench.emulator import rehearsal
from workbench.emulator.rehearsal import Played, Rehearsal, rehearse
from workbench.emulator.scenarios import ORDER
from workbench.emulator.stage import Status

pytestmark = pytest.mark.slow

PARKED = (("plant:uptime.parked", "true"),)


@cache
def rehearsed(stack: str, overrides: tuple[tuple[str, str], ...] = (), names: tuple[str, ...] = ORDER) -> Rehearsal:
    return rehearse(stack, names, overrides=dict(overrides))


def played(result: Rehearsal, name: str) -> Played:
    return next(item for item in result.scenarios if item.name == name)


def left_out(scenario: Played) -> dict[str, str]:
    return {check.what: check.evidence for check in scenario.checks if check.status is Status.NOT_APPLICABLE}


def failed(result: Rehearsal) -> list[str]:
    return [
        f"{item.name}: {item.error or item.missing or check.what}"
        for item in result.scenarios
        for check in item.checks
        if item.error or item.missing or check.status is Status.FAILED
    ]


PROD = {
    "failing-reaper": "the stack is always on (plant:uptime.schedule)",
    "parked-rollout": "the stack is always on (plant:uptime.schedule)",
    "reaper": "the stack is always on (plant:uptime.schedule)",
    "runaway": "the stack runs on instances (plant:platform.kind)",
    "drain": "the stack runs on instances (plant:platform.kind)",
}
"""Scenario that says nothing about prod → beginning of the reason."""

K8S = {name: PROD[name] for name in ("failing-reaper", "parked-rollout", "reaper")} | {
    "spend-brake": "the stack runs in pods (plant:platform.kind)"
}
"""The same of k8s."""


@pytest.mark.parametrize("name", ORDER)
def test_k8s_plays_everything_but_what_the_platform_owns(name: str) -> None:
    result = rehearsed("k8s")
    scenario = played(result, name)
    if name in K8S:
        assert scenario.not_applicable.startswith(K8S[name])
    else:
        assert failed(result) == []
        assert scenario.status is Status.PASSED
    assert result.passed and result.left_over == []


@pytest.mark.parametrize("name", ORDER)
def test_prod_plays_everything_but_what_the_platform_owns(name: str) -> None:
    result = rehearsed("prod")
    scenario = played(result, name)
    if name in PROD:
        assert scenario.status is Status.NOT_APPLICABLE
        assert scenario.not_applicable.startswith(PROD[name])
    else:
        assert failed(result) == []
        assert scenario.status is Status.PASSED
    assert result.passed


def test_prod_says_what_only_the_platform_can_show() -> None:
    result = rehearsed("prod")
    reasons = {name: left_out(played(result, name)) for name in ("abuse", "cache-outage", "zone-loss")}
    rules = {"body-size", "rate-heavy-path", "rate-per-user", "the rules stand in front of the load balancer"}
    assert reasons["abuse"].keys() == rules
    assert reasons["cache-outage"].keys() == {"the cache's own alarm says that it fills up", "the cache's own alarms"}
    assert reasons["zone-loss"].keys() == {"fleet, load balancer and cache are in two zones or more"}
    assert all("the platform's" in reason for items in reasons.values() for reason in items.values())


PLAYED_WHILE_PARKED = {"maintenance", "budget", "reaper"}


@pytest.mark.parametrize("name", ORDER)
def test_a_parked_stack_still_announces_guards_its_budget_and_reaps_nothing(name: str) -> None:
    result = rehearsed("dev", PARKED)
    assert failed(result) == []
    scenario = played(result, name)
    if name in PLAYED_WHILE_PARKED:
        assert scenario.status is Status.PASSED
    else:
        assert scenario.status is Status.NOT_APPLICABLE
        assert "plant:uptime.parked" in scenario.not_applicable


OTHER_SETTINGS = [
    pytest.param(
        "dev",
        {
            "plant:fleet.max_size": "4",
            "plant:rollout.steps": '[{"percent":20,"hold_hours":0.5},{"percent":100}]',
            "plant:maintenance.windows": '[{"name":"once","starts_at":"2027-01-09T02:00","duration_minutes":90},'
            '{"name":"weekly","weekday":"MON","time":"23:30","duration_minutes":60}]',
        },
        (
            *("spike", "cache-outage", "zone-loss"),
            *("rollout", "rollback", "low-traffic", "second-deploy-mid-rollout"),
            "maintenance",
        ),
        set(),
        id="a larger fleet; other rollout steps; two windows, one of them once, one over midnight",
    ),
    pytest.param(
        "dev",
        {"plant:fleet.max_size": "1"},
        ("spike", "scaling-failures", "zone-loss"),
        {"the declared policies grow the fleet", "targets are left in another zone"},
        id="one instance at a time",
    ),
    pytest.param(
        "dev",
        {
            "plant:cache.node_type": "cache.t4g.micro",
            "plant:maintenance.time_zone": "UTC",
            "plant:budget.notice_percents": "[100]",
            "plant:budget.action_percent": "80",
            "plant:platform.health_aggregator.endpoint": "https://health.example.com/in",
            "plant:platform.health_aggregator.event_bus_arn": "arn:aws:events:us-east-1:123456789012:event-bus/health",
        },
        ("cache-outage", "zone-loss", "reaper", "maintenance", "budget", "scaling-failures"),
        {"the windows keep their time on the wall across the clock changes"},
        id="a cache of nodes; a time zone without clock changes; other thresholds of the budget; "
        "a Health Aggregator with an endpoint and a bus",
    ),
    pytest.param(
        "dev",
        {
            "aws:region": "eu-west-1",
            "plant:maintenance.windows": '[{"name":"late","weekday":"SAT","time":"23:30","week_of_month":1,'
            '"duration_minutes":60}]',
        },
        ("spike", "budget", "maintenance"),
        set(),
        id="another Region; a monthly window over midnight",
    ),
    pytest.param(
        "prod",
        {"plant:firewall.rule_group_rules": '["rate-per-ip","page-size","rate-per-user","rate-heavy-path"]'},
        ("abuse",),
        {"the rules stand in front of the load balancer", "body-size"},
        id="rate rules in the platform's web ACL",
    ),
    pytest.param(
        "dev",
        {"plant:uptime.schedule": "always-on"},
        ("budget", "spend-brake"),
        set(),
        id="always on, with a load balancer of its own",
    ),
]
"""Settings that different scenarios are about are tried on one stack."""


@pytest.mark.parametrize(("stack", "overrides", "names", "reasons"), OTHER_SETTINGS)
def test_other_settings_are_held_to_what_they_say(
    stack: str, overrides: dict[str, str], names: tuple[str, ...], reasons: set[str]
) -> None:
    result = rehearsed(stack, tuple(overrides.items()), names)
    assert failed(result) == []
    assert result.passed
    assert [item.status for item in result.scenarios] == [Status.PASSED] * len(names)
    managed = {"what AWS's managed rule groups decide"}
    assert {what for item in result.scenarios for what in left_out(item)} - managed == reasons


@pytest.mark.parametrize(
    ("overrides", "reasons"),
    [
        pytest.param(
            {"plant:maintenance.windows": "[]", "plant:rollout.steps": '[{"percent":100}]'},
            {"maintenance": "plant:maintenance.windows", "rollback": "plant:rollout.steps"},
            id="no window; no hold",
        ),
        pytest.param({"plant:uptime.schedule": "always-on"}, {"reaper": "plant:uptime.schedule"}, id="always on"),
    ],
)
def test_what_the_settings_rule_out_is_not_applicable(overrides: dict[str, str], reasons: dict[str, str]) -> None:
    result = rehearsed("dev", tuple(overrides.items()), tuple(reasons))
    assert [item.status for item in result.scenarios] == [Status.NOT_APPLICABLE] * len(reasons)
    assert all(reason in played(result, name).not_applicable for name, reason in reasons.items())
    assert result.passed, "nothing failed, although nothing was played"


def test_a_window_in_the_hour_that_a_clock_change_skips_is_not_rehearsed() -> None:
    overrides = (("plant:maintenance.windows[0].weekday", "SUN"), ("plant:maintenance.windows[0].time", "03:30"))
    with pytest.raises(InputError, match="skip 03:30 on"):
        rehearsed("dev", overrides, ("maintenance",))


def test_a_missing_piece_fails_and_does_not_pass_for_not_applicable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dedicated stack whose web ACL is gone is broken, whatever a shared one may lack."""
    deploy = rehearsal.deploy_program

    def without_web_acl(deployer, *args, **kwargs):  # type: ignore[no-untyped-def]
        outcome = deploy(deployer, *args, **kwargs)
        entries = deployer.state.entries
        for urn in reversed([urn for urn, entry in entries.items() if "webAcl" in entry.type]):
            entry = entries.pop(urn)
            deployer.lifecycle.delete(entry.type, urn, entry.id, entry.outputs)
        return outcome

    monkeypatch.setattr(rehearsal, "deploy_program", without_web_acl)
    result = rehearse("dev", ("abuse", "maintenance"))
    assert [item.status for item in result.scenarios] == [Status.FAILED] * 2
    assert all("aws:wafv2/webAcl:WebAcl" in item.missing for item in result.scenarios)
    assert not result.passed
