"""Rollout, rollback, low traffic, a second deploy: what is noticed when the state machine is another."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import depth
import pytest

from deployment import tokens
from workbench.emulator import deploy
from workbench.emulator.readback import read_back
from workbench.emulator.stage import Status

pytestmark = pytest.mark.slow


def steps(states: dict[str, Any]) -> list[dict[str, Any]]:
    return states["Plan"]["Result"]["steps"]  # type: ignore[no-any-return]


def set_of(states: dict[str, Any], name: str) -> dict[str, Any]:
    return states[name]["ItemProcessor"]["States"]  # type: ignore[no-any-return]


def unverified(states: dict[str, Any]) -> None:
    set_of(states, "Set weights")["Set for step"]["Next"] = "Verified for step"


def short_hold(states: dict[str, Any]) -> None:
    steps(states)[0]["holdPolls"] = 3


def other_shares(states: dict[str, Any]) -> None:
    del steps(states)[1]


def flag_behind(states: dict[str, Any]) -> None:
    first = steps(states)[0]["flagVersion"]
    for step in steps(states):
        step["flagVersion"] = first


def one_rule_only(states: dict[str, Any]) -> None:
    for step in steps(states):
        del step["weights"][1:]


def silent_steps(states: dict[str, Any]) -> None:
    states["Set weights"]["Next"] = "Is last step"


def unsettled(states: dict[str, Any]) -> None:
    states["Settle weights"]["ItemsPath"] = "$.plan.steps[0].weights"


def without_action(action: str) -> Any:
    """A role's policy without an action."""

    def changed(text: str) -> str:
        document = json.loads(text)
        for statement in document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            statement["Action"] = [name for name in actions if name != action] or ["none:None"]
        return json.dumps(document)

    return changed


def machine(change: Any) -> Any:
    return lambda live: live.redefined("rollout-machine", change)


ROLLOUT = [
    pytest.param(machine(unverified), "a weight that is accepted and does not take effect", id="weights not verified"),
    pytest.param(machine(short_hold), "each share is held as long as declared", id="a hold too short"),
    pytest.param(machine(other_shares), "it takes the declared steps", id="a step left out"),
    pytest.param(machine(flag_behind), "and the flag follows", id="a flag that stays behind"),
    pytest.param(machine(one_rule_only), "every listener rule has the weight", id="a rule left out"),
    pytest.param(machine(silent_steps), "every transition is announced", id="steps not announced"),
    pytest.param(machine(unsettled), "settling gives it the traffic back", id="settling to the wrong weights"),
    pytest.param(
        lambda live: live.altered(
            "RolePolicy", "rollout-workflow", policy=without_action("elasticloadbalancing:ModifyRule")
        ),
        "the state machine succeeds",
        id="role that may not change a rule",
    ),
    pytest.param(
        lambda live: live.altered("RolePolicy", "rollout-workflow", policy=without_action("sns:Publish")),
        "every transition is announced",
        id="role that may not publish",
    ),
]


def without_alarm(part: str) -> Any:
    """The machine does not watch one of its alarms, and does not miss it; nor does its event end the rollout."""

    @contextlib.contextmanager
    def sabotage(live: Any) -> Iterator[None]:
        alarm = live.entry("MetricAlarm", part)
        name, arn = alarm.id, alarm.outputs["arn"]

        def change(states: dict[str, Any]) -> None:
            for when in ("before step", "while watching"):
                names = states[f"Read alarms {when}"]["Parameters"]["AlarmNames"]
                names.remove(name)
                for rule in states[f"Is alarm on {when}"]["Choices"]:
                    if "NumericLessThan" in rule:
                        rule["NumericLessThan"] = len(names)

        def silent(pattern: str) -> str:
            document = json.loads(pattern)
            document["resources"].remove(arn)
            return json.dumps(document)

        with (
            live.redefined("rollout-machine", change),
            live.altered("EventRule", "rollout-alarmed", eventPattern=silent),
        ):
            yield

    return sabotage


def past(name: str, then: str) -> Any:
    """The machine in which whatever led to a state leads to another one."""

    def change(states: dict[str, Any]) -> None:
        for state in states.values():
            for way in (state, *state.get("Choices", ()), *state.get("Catch", ())):
                for key in ("Next", "Default"):
                    if way.get(key) == name:
                        way[key] = then

    return machine(change)


KEEP_FLAG = past("Restore flag", "Grow stable")
KEEP_WEIGHTS = past("Set weights back", "Empty canary")


def patient(states: dict[str, Any]) -> None:
    states["Watch"]["Seconds"] = 3600


def only_what_targets_say(states: dict[str, Any]) -> None:
    ratio, *_ = states["Read failures"]["Parameters"]["MetricDataQueries"]
    ratio["Expression"] = "IF(errors >= 3, 100 * errors / requests, 0)"


def failures_out_of_reach(states: dict[str, Any]) -> None:
    states["Do too many fail"]["Choices"][0]["And"][1]["NumericGreaterThan"] = 90


ROLLBACK = [
    pytest.param(
        without_alarm("p95-canary"), "answers too slowly: the rollout ends as rolled back", id="p95 alarm not watched"
    ),
    pytest.param(
        without_alarm("errors-canary"),
        "answers a few with errors: the rollout ends as rolled back because of it",
        id="error alarm not watched",
    ),
    pytest.param(KEEP_FLAG, "answers too slowly: the flag is off", id="flag left on"),
    pytest.param(KEEP_WEIGHTS, "answers too slowly: the canary's weight is 0", id="weights left"),
    pytest.param(
        past("Announce rollback", "Rolled back"), "answers too slowly: it is announced", id="rollback not announced"
    ),
    pytest.param(machine(patient), "answers too slowly: that takes 15 min at most", id="a look an hour"),
    pytest.param(
        lambda live: live.altered(
            "MetricAlarm",
            "p95-canary",
            dimensions=lambda old: live.entry("MetricAlarm", "p95-stable").inputs["dimensions"],
        ),
        "answers too slowly: the alarm goes off",
        id="alarm of the canary on the stable fleet",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "errors-canary", threshold=100.0),
        "answers a few with errors: the alarm goes off",
        id="error threshold out of reach",
    ),
    pytest.param(
        past("Read failures", "Read control"),
        "answers with errors: the next look ends it",
        id="failures not counted",
    ),
    pytest.param(
        machine(failures_out_of_reach), "answers with errors: the next look ends it", id="failures out of reach"
    ),
    pytest.param(machine(only_what_targets_say), "does not answer: the next look ends it", id="unanswered not counted"),
    pytest.param(
        past("Is there a rollout to end", "No rollout to end"),
        "answers too slowly: that does not wait for the next look",
        id="alarm that ends nothing",
    ),
]


def any_sample_will_do(states: dict[str, Any]) -> None:
    for rule in states["Judge"]["Choices"][0]["Or"]:
        if "NumericLessThan" in rule:
            rule["NumericLessThan"] = 1


def doubt_promotes(states: dict[str, Any]) -> None:
    states["Is unclear for too long"]["Choices"][0]["Next"] = "Next step"


def no_patience(states: dict[str, Any]) -> None:
    states["Is unclear for too long"]["Choices"][0]["NumericGreaterThan"] = 0


LOW_TRAFFIC = [
    pytest.param(machine(any_sample_will_do), "it stays at 10 %", id="a verdict on a handful of requests"),
    pytest.param(machine(doubt_promotes), "it ends rolled back for want of requests", id="doubt promotes"),
    pytest.param(machine(no_patience), "it looks for a verdict more than once", id="no second look"),
    pytest.param(KEEP_FLAG, "the flag is off", id="flag left on"),
    pytest.param(KEEP_WEIGHTS, "the canary's weight is 0", id="weights left"),
]


DEAD_CANARY = [
    pytest.param(
        past("Read health while watching", "Read failures"), "the next look ends the rollout", id="health not read"
    ),
    pytest.param(past("Hold stable", "Read flag"), "the stable fleet is held", id="stable fleet not held"),
    pytest.param(
        past("Restore flag", "Switch flag off"), "the flag is as it was before", id="flag off that was on before"
    ),
    pytest.param(KEEP_WEIGHTS, "the canary's weight is 0", id="weights left"),
]


@contextlib.contextmanager
def nothing_ignored(live: Any) -> Iterator[None]:
    """As if the program did not ignore the live weights."""
    original = deploy.Options.of

    def of(item: dict[str, Any]) -> Any:
        return original({**item, "ignoreChanges": []})

    deploy.Options.of = of  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        deploy.Options.of = original  # type: ignore[method-assign]


def check(broken: Any, name: str, sabotage: Any, demand: str) -> None:
    found = broken(name, sabotage)
    assert any(demand in what for what in found), found


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(ROLLOUT, least=3))
def test_another_rollout_than_the_declared_one_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    check(broken, "rollout", sabotage, demand)


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(ROLLBACK, least=3))
def test_a_rollback_that_does_not_happen_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    check(broken, "rollback", sabotage, demand)


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(LOW_TRAFFIC, least=3))
def test_a_promotion_without_a_verdict_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    check(broken, "low-traffic", sabotage, demand)


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(DEAD_CANARY, least=3))
def test_a_canary_that_falls_silent_unnoticed_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    check(broken, "dead-canary", sabotage, demand)


def test_a_deploy_that_sets_the_weights_back_is_noticed(broken: Any) -> None:
    found = broken("second-deploy-mid-rollout", nothing_ignored)
    assert "the same program changes nothing" in found
    assert "weights and flag stay" in found
    assert "weights and flag stay once more" in found


@pytest.mark.parametrize("name", ["rollout", "rollback", "dead-canary", "low-traffic", "second-deploy-mid-rollout"])
def test_afterwards_the_stack_is_as_it_was(live: Any, name: str) -> None:
    played = live.play(name)
    assert played.status is Status.PASSED, [check for check in played.checks if check.status is Status.FAILED]


def page(call: Any, entry: Any) -> None:
    action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
    call("elbv2", "modify_rule", RuleArn=entry.id, Actions=[action])


def sizes(call: Any, entry: Any) -> None:
    call("autoscaling", "update_auto_scaling_group", AutoScalingGroupName=entry.id, MinSize=0, MaxSize=9)


def value(call: Any, entry: Any) -> None:
    call("ssm", "put_parameter", Name=entry.inputs["name"], Value="left", Overwrite=True)


def addresses(call: Any, entry: Any) -> None:
    found = ip_set(call, entry)
    known = {name: found["IPSet"][name] for name in ("Id", "Name")}
    one = {"IPV4": "192.0.2.1/32", "IPV6": "2001:db8::1/128"}[entry.inputs["ipAddressVersion"]]
    call("wafv2", "update_ip_set", **known, Scope="REGIONAL", Addresses=[one], LockToken=found["LockToken"])


def ip_set(call: Any, entry: Any) -> Any:
    return call("wafv2", "get_ip_set", Id=entry.id, Name=entry.inputs["name"], Scope="REGIONAL")


LEFT = {"ListenerRule": page, "Group": sizes, "Parameter": value, "IpSet": addresses}
"""Kind of resource -> what a workflow that came to no end may leave there."""


def otherwise_than_declared(deployer: Any) -> set[str]:
    call, entries = deployer.lifecycle.api.call, deployer.state.entries.values()
    # What is read back of a list may hold more than was declared.
    filled = [entry for entry in entries if entry.type in tokens.IP_SET and ip_set(call, entry)["IPSet"]["Addresses"]]
    return {difference.split()[0] for difference in read_back(deployer).differences} | ({"IpSet"} if filled else set())


def test_a_scenario_finds_the_stack_as_declared_whatever_workflows_left(live: Any) -> None:
    for entry in live.deployer.state.entries.values():
        if leave := LEFT.get(entry.type.rsplit(":", 1)[-1]):
            leave(live.deployer.lifecycle.api.call, entry)
    assert otherwise_than_declared(live.deployer) == set(LEFT)
    assert live.play("budget").status is Status.PASSED
    assert otherwise_than_declared(live.deployer) == set()
