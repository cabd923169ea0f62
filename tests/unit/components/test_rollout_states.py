"""The canary rollout: what it declares, and that every way out is safe."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.rollout.plan import Step, hold_polls
from components.rollout.verdict import REASONS
from deployment.asl import machine as interpreter
from infra.settings.checks import EVENTS_PER_POLL, HISTORY_EVENTS_MAX
from policies.promises._rehearsal import World, run


@pytest.fixture(scope="module")
def machine(dev, one):
    return json.loads(one(dev, "aws:sfn/stateMachine:StateMachine", "plant-rollout-machine").get("definition"))


@pytest.fixture(scope="module")
def states(machine):
    return machine["States"]


def targets(state):
    found = [state.get("Next"), state.get("Default"), *(rule["Next"] for rule in state.get("Choices", []))]
    return {target for target in (*found, *(rule["Next"] for rule in state.get("Catch", []))) if target}


def reachable(states, start, without=()):
    seen, waiting = set(), {start}
    while waiting:
        name = waiting.pop()
        if name not in seen and name not in without:
            seen.add(name)
            waiting |= targets(states[name])
    return seen


def test_steps_are_the_storys(states):
    steps = states["Plan"]["Result"]["steps"]
    assert [(step["percent"], step["holdPolls"], step["last"]) for step in steps] == [
        (10, 6 * 12, False),
        (50, 12 * 12, False),
        (100, 0, True),
    ]


def test_weights_of_each_step_add_up_and_keep_the_token_check(states):
    plan = states["Plan"]["Result"]
    for percent, rules in [*((step["percent"], step["weights"]) for step in plan["steps"]), (0, plan["back"])]:
        assert len(rules) == 2
        for rule in rules:
            check, forward = rule["Actions"]
            assert check["Type"] == "jwt-validation"
            weights = [group["Weight"] for group in forward["ForwardConfig"]["TargetGroups"]]
            assert weights == [100 - percent, percent]
            assert rule["CanaryWeight"] == percent


def test_token_check_is_the_one_that_pulumi_declares(dev, states):
    declared = {
        rule.get("arn"): rule.get("actions[0].jwtValidation")
        for rule in dev.of_type("aws:lb/listenerRule:ListenerRule")
    }
    for rule in states["Plan"]["Result"]["back"]:
        config = rule["Actions"][0]["JwtValidationConfig"]
        expected = declared[rule["RuleArn"]]
        assert (config["Issuer"], config["JwksEndpoint"]) == (expected["issuer"], expected["jwksEndpoint"])
        assert [(claim["Name"], claim["Format"], claim["Values"]) for claim in config["AdditionalClaims"]] == [
            (claim["name"], claim["format"], claim["values"]) for claim in expected["additionalClaims"]
        ]


RUNNING = {
    "only this one, not listed yet": ([], True),
    "only this one": (["me"], True),
    "another one, this one not listed yet": (["other"], False),
    "this one and another": (["me", "other"], False),
}


@pytest.mark.parametrize(("arns", "alone"), RUNNING.values(), ids=RUNNING)
def test_one_execution_at_a_time(states, arns, alone):
    from deployment.asl.choices import holds
    from deployment.asl.templates import fill

    context = {"Execution": {"Id": "me"}}
    summed = fill(states["Sum up executions"]["Parameters"], {"running": {"arns": arns}}, context)

    def goes_to(name, data):
        rules = states[name]["Choices"]
        return next((rule["Next"] for rule in rules if holds(rule, data, context)), states[name]["Default"])

    assert goes_to("Which action", {"running": summed}) == ("Read stable size" if alone else "Announce refusal")
    settling = {"running": summed, "action": "settle"}
    assert goes_to("Which action", settling) == ("Read health before settling" if alone else "Announce refusal")
    aborting = {"running": summed, "action": "abort"}
    assert goes_to("Which action", aborting) == "Tell running rollout"
    alarmed = {"running": summed, "action": "alarm"}
    assert goes_to("Which action", alarmed) == "Is there a rollout to end"
    assert goes_to("Is there a rollout to end", alarmed) == ("No rollout to end" if alone else "Tell running rollout")
    assert goes_to("Is control needed", aborting) == ("Reset control" if alone else "Is flag back")


def test_unknown_executions_refuse_a_rollout_and_never_an_abort(states):
    from deployment.asl.choices import holds

    assert [rule["Next"] for rule in states["List executions"]["Catch"]] == ["Which action"]
    first = [rule["Next"] for rule in states["Which action"]["Choices"] if holds(rule, {}, {})]
    assert first == ["Announce refusal"]
    assert states["Tell running rollout"]["Next"] == "Why is it told"
    assert {rule["Next"] for rule in states["Tell running rollout"]["Catch"]} == {"Why is it told"}
    assert states["Announce refusal"]["Next"] == "Refused"
    assert reachable(states, "Announce refusal") == {"Announce refusal", "Refused"}


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_restores_the_flag_first_and_then_moves_the_traffic(states, reason):
    state = states[f"Because of {reason}"]
    assert state["Next"] == "Read before"
    assert "Set weights back" not in reachable(states, "Read before", without={"Restore flag", "Switch flag off"})
    assert states["Restore flag"]["Parameters"]["ConfigurationVersion.$"] == "$.before.flagVersion"
    assert states["Set weights back"]["Next"] == "Empty canary"


def test_traffic_comes_back_to_a_stable_fleet_that_is_healthy_only(states):
    assert "Set weights back" not in reachable(states, "Begin stable checks", without={"Read health of stable"})
    assert "Settle weights" not in reachable(
        states, "Read health before settling", without={"Is healthy before settling"}
    )
    assert states["Is healthy of stable"]["Default"] == "Is stable waited for"
    assert states["Is stable waited for"]["Choices"][0]["Next"] == "Announce stuck"


def test_what_was_before_is_kept_where_another_execution_finds_it(states):
    assert "Size canary" not in reachable(states, "Read stable size", without={"Keep before"})
    assert states["Keep before"]["Parameters"]["Name"] == states["Read before"]["Parameters"]["Name"]


def test_failures_go_to_operators_and_progress_to_users(states):
    topics = {
        state["Parameters"]["Message"]["event"]: state["Parameters"]["TopicArn"]
        .rpartition(":")[2]
        .partition("-topic")[0]
        for state in states.values()
        if state.get("Resource", "").endswith("sns:publish")
    }
    assert {event for event, topic in topics.items() if topic == "plant-notices"} == {
        "rollout-step",
        "rollout-finished",
        "rollout-settled",
    }
    assert {event for event, topic in topics.items() if topic == "plant-alerts"} == {
        "rollout-refused",
        "rollout-rolled-back",
        "rollout-stuck",
        "rollout-unsettled",
    }


@pytest.mark.parametrize("stored", ["{}", '{"flagVersion":"2","stableSize":1}'])
@pytest.mark.parametrize("refused", [True, False])
def test_a_flag_that_could_not_be_set_back_is_no_rollback_of_all(machine, stored, refused):
    name = machine["States"]["Read before"]["Parameters"]["Name"]
    world = World(
        parameters={name: stored}, failing=lambda call, times: refused and call == "appconfig:startDeployment"
    )
    execution = run(machine, {"action": "abort"}, world)
    assert str(execution.error).startswith("RolledBack")
    [subject] = [given["Subject"] for _, call, given in world.calls if call.endswith("sns:publish")]
    assert ("NOT THE FLAG" in subject) is refused
    assert {weight for *_, weight in world.weights} == {0}


def test_what_was_rolled_back_is_no_value_of_the_flag(machine):
    from deployment.asl.templates import fill

    deployments = [
        {"ConfigurationVersion": version, "State": state}
        for version, state in (("5", "DEPLOYING"), ("4", "ROLLED_BACK"), ("3", "COMPLETE"), ("2", "COMPLETE"))
    ]
    read = machine["States"]["Read flag"]
    assert fill(read["ResultSelector"], {"Items": deployments}, {}) == {"versions": ["3", "2"]}
    assert read["Parameters"]["MaxResults"] > len(deployments)


def test_a_dead_canary_ends_the_rollout_at_the_next_look(states):
    assert states["Is healthy while watching"]["Default"] == "Because of death"
    assert "Read control" not in reachable(states, "Watch", without={"Is healthy while watching"})


@pytest.mark.parametrize(
    ("counted", "percent"),
    [
        pytest.param({"RequestCount": 200.0, "2XX": 150.0, "3XX": 20.0, "4XX": 30.0}, 0.0, id="all answered"),
        pytest.param({"RequestCount": 200.0, "2XX": 190.0, "5XX": 10.0}, 5.0, id="server errors"),
        pytest.param({"RequestCount": 75.0, "2XX": 72.0, "refused": 3.0}, 4.0, id="refused"),
        pytest.param({"RequestCount": 75.0, "2XX": 73.0, "5XX": 2.0}, 0.0, id="two are no share"),
        pytest.param({"RequestCount": 200.0, "2XX": 100.0}, 50.0, id="closed or timed out"),
        pytest.param({"RequestCount": 200.0}, 100.0, id="silent"),
        pytest.param({"RequestCount": 200.0, "2XX": 192.0}, 0.0, id="a few clients hung up"),
        pytest.param({"RequestCount": 40.0, "2XX": 30.0}, 0.0, id="too few for silence"),
        pytest.param({"RequestCount": 19.0}, 0.0, id="too few to tell"),
        pytest.param({}, None, id="no requests"),
    ],
)
def test_what_a_canary_answers_with_errors_refuses_or_leaves_open_has_failed(states, counted, percent):
    """5xx of the load balancer have no target group: what it sent to the canary's, and got no answer for, has."""
    from workbench.emulator.behaviour.metrics import metric_math

    ratio, *queries = states["Read failures"]["Parameters"]["MetricDataQueries"]
    metrics = {query["Id"]: query["MetricStat"]["Metric"] for query in queries}
    assert all(
        [one["Name"] for one in metric["Dimensions"]] == ["TargetGroup", "LoadBalancer"] for metric in metrics.values()
    )
    names = {identifier: metric["MetricName"] for identifier, metric in metrics.items()}
    longer = {"RequestCount": "RequestCount", "refused": "TargetConnectionErrorCount"}
    given = {longer.get(name, f"HTTPCode_Target_{name}_Count"): value for name, value in counted.items()}
    assert metric_math(ratio["Expression"], {key: given.get(name) for key, name in names.items()}) == percent


@pytest.mark.parametrize(
    ("values", "following"), [([0.0], "Read control"), ([2.0], "Because of failures"), ([], "Read control")]
)
def test_too_many_failures_end_the_rollout(states, values, following):
    from deployment.asl.choices import holds

    state = states["Do too many fail"]
    data = {"failures": {"values": values}}
    assert next((rule["Next"] for rule in state["Choices"] if holds(rule, data, {})), state["Default"]) == following


def test_failing_call_on_the_way_forward_rolls_back(states):
    ended = {"Forget progress"}  # all of the traffic is at the canary, and said to be
    forward = reachable(states, "Read stable size", without={"Read before", "Read health before settling", *ended})
    for name in forward:
        state = states[name]
        if state["Type"] in ("Task", "Map") and not state.get("Resource", "").endswith("sns:publish"):
            # Before it is kept what a rollback goes back to, that is the last rollout's.
            begins = name in ("Read stable size", "Hold stable", "Read flag", "Keep before")
            following = "Announce no start" if begins else "Because of error"
            assert [rule["Next"] for rule in state["Catch"]] == [following], name


def test_traffic_moves_only_after_health_and_window_were_checked(states):
    assert "Set weights" not in reachable(states, "Take step", without={"Is canary healthy"})
    assert "Set weights" not in reachable(states, "Take step", without={"Is window open"})


@pytest.mark.parametrize(
    ("targets", "stable_size", "healthy"),
    [
        (["healthy", "healthy"], 2, True),
        (["healthy", "healthy", "draining"], 2, False),  # another look in half a minute
        (["healthy"], 2, False),
        (["healthy", "initial"], 2, False),
        (["healthy", "unhealthy"], 2, False),
        ([], 1, False),
        ([], 0, False),
    ],
)
def test_canary_is_healthy_with_as_many_instances_as_the_stable_fleet(states, targets, stable_size, healthy):
    from deployment.asl.choices import holds
    from deployment.asl.templates import fill

    answer = {"TargetHealthDescriptions": [{"TargetHealth": {"State": state}} for state in targets]}
    data = {"stable": {"size": stable_size}, "health": fill(states["Read targets"]["ResultSelector"], answer, {})}
    data["health"] = fill(states["Sum up targets"]["Parameters"], data, {})
    assert holds(states["Is canary healthy"]["Choices"][0], data, {}) is healthy


def test_next_step_takes_a_verdict_or_a_persons_promotion(states):
    assert "Next step" not in reachable(states, "Start clock", without={"Judge", "Take note of promotion"})


def test_verdict_needs_enough_requests(states):
    too_few, slow = states["Judge"]["Choices"]
    assert too_few["Next"] == "Count unclear"
    assert {"Variable": "$.samples.values[0]", "NumericLessThan": 200} in too_few["Or"]
    assert slow["And"][-1] == {"Variable": "$.latency.values[0]", "NumericGreaterThan": 0.2}
    assert states["Judge"]["Default"] == "Next step"


@pytest.mark.parametrize("name", ["Read samples", "Read latency"])
def test_one_period_spans_the_whole_step_however_long_it_was_held(machine, states, name):
    # GetMetricData cuts periods from the start time on; a second one would hold the last minutes alone.
    asked = states[name]["Parameters"]
    assert asked["StartTime.$"] == "$.progress.since"
    assert [query["MetricStat"]["Period"] for query in asked["MetricDataQueries"]] == [machine["TimeoutSeconds"]]
    assert machine["TimeoutSeconds"] % 3600 == 0  # CloudWatch wants multiples of 300 s for what is 15 days old


def test_unclear_step_never_passes(states):
    assert "Next step" not in reachable(states, "Count unclear", without={"Judge", "Obey"})
    assert targets(states["Is unclear for too long"]) == {"Because of doubt", "Watch"}


def test_clock_stops_during_maintenance_and_while_held(states):
    assert {"$.control.value": "hold"}.items() <= {
        (rule["Variable"], rule["StringEquals"]) for rule in states["Obey"]["Choices"] if rule["Next"] == "Watch"
    }
    assert states["Does clock stop"]["Choices"][0]["Next"] == "Watch"
    assert "Count poll" not in reachable(states, "Watch", without={"Does clock stop"})


def test_every_look_begins_with_the_alarms(states):
    # Also while held, at a promotion, in a window and until the canaries are healthy: rollback is never muted.
    assert {states[name]["Next"] for name in ("Let canary start", "Sit window out")} == {"Read alarms before step"}
    assert states["Watch"]["Next"] == "Read alarms while watching"
    for when_read in ("before step", "while watching"):
        on, missing = states[f"Is alarm on {when_read}"]["Choices"]
        assert (on["Next"], missing["Next"]) == ("Because of alarm", "Because of missing alarm")
        assert missing["NumericLessThan"] == 2
    for name, state in states.items():
        if state["Type"] == "Wait":
            after = reachable(states, name, without={"Is alarm on before step", "Is alarm on while watching"})
            assert not after & {"Set weights", "Next step", "Read control", "Read window", "Count poll"}, name


def test_weights_are_read_back(states):
    inner = states["Set weights"]["ItemProcessor"]["States"]
    assert inner["Set for step"]["Next"] == "Read back for step"
    assert inner["Read back for step"]["Next"] == "Is set for step"
    assert inner["Is set for step"]["Default"] == "Not set for step"
    assert inner["Not set for step"]["Type"] == "Fail"


def test_every_end_is_announced(states):
    for name, state in states.items():
        if state["Type"] in ("Succeed", "Fail") and name not in ("No rollout to end", "Nothing to go on with"):
            before = [other for other, found in states.items() if name in targets(found)]
            assert before
            # What the execution that ended it has told, or what comes after the notice.
            others = {"Rolled back": {"Take note of end"}, "Finished": {"Forget progress"}}.get(name, set())
            assert all(other.startswith("Announce") or other in others for other in before), name


def test_messages_have_one_shape(states):
    for state in states.values():
        if state.get("Resource", "").endswith("sns:publish"):
            message = state["Parameters"]["Message"]
            assert {"schema", "service", "stack", "event"} <= message.keys()


@given(st.integers(min_value=1, max_value=7 * 24 * 3600), st.integers(min_value=60, max_value=3600))
def test_hold_is_never_shorter_than_declared(hold_seconds, poll_seconds):
    step = Step(percent=10, hold_seconds=hold_seconds, flag_version="1")
    assert hold_polls(step, poll_seconds) * poll_seconds >= hold_seconds
    assert (hold_polls(step, poll_seconds) - 1) * poll_seconds < hold_seconds


@pytest.mark.parametrize("stack", ["dev", "prod", "k8s"])
def test_its_history_is_no_longer_than_the_settings_count(graph, stack):
    machines = graph(stack).of_type("aws:sfn/stateMachine:StateMachine")
    [text] = [one.get("definition") for one in machines if one.name == "plant-rollout-machine"]
    execution = run(json.loads(text), {}, World())
    looks = [state for _, state in execution.history].count("Read failures")
    assert execution.status == "SUCCEEDED" and looks > 50
    assert 0.9 * EVENTS_PER_POLL < execution.events / looks <= EVENTS_PER_POLL


def test_the_history_of_the_settings_is_that_of_the_interpreter():
    # Neither may import the other (docs/architecture.md).
    assert interpreter.HISTORY_EVENTS_MAX == HISTORY_EVENTS_MAX


def test_a_held_rollout_is_looked_at_for_days(machine):
    """Its history grows by 34 entries a look, of which 25,000 are kept."""
    control = machine["States"]["Read control"]["Parameters"]["Name"]
    grown = []
    for looks in (100, 200):

        def hold(world, looks=looks):
            held = world.made["cloudwatch:getMetricData"] < looks
            world.parameters[control] = "hold" if held else "abort"

        execution = run(machine, {}, World(), hold)
        assert execution.error is not None and execution.error.name == "RolledBack"
        grown.append(execution.events)
    assert grown[1] - grown[0] == 34 * 100


def test_a_stable_fleet_that_grew_is_not_made_smaller_by_a_rollback(states):
    assert states["Restore flag"]["Next"] == "Read stable to grow"
    [smaller] = states["Has stable shrunk"]["Choices"]
    assert smaller == {
        "Variable": "$.stable.size",
        "NumericLessThanPath": "$.before.stableSize",
        "Next": "Grow stable",
    }
    assert states["Has stable shrunk"]["Default"] == "Begin stable checks"
