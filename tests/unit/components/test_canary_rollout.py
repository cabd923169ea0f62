"""Role, control and recovery of the rollout."""

import json

import pytest

from components.rollout.canary_rollout import ABORT
from deployment.asl.paths import find


@pytest.fixture(scope="module")
def statements(dev, one):
    policy = one(dev, "aws:iam/rolePolicy:RolePolicy", "plant-rollout-workflow-policy")
    return json.loads(policy.get("policy"))["Statement"]


def test_role_changes_only_the_stacks_own_rules_groups_and_parameter(dev, statements):
    by_action = {action: found["Resource"] for found in statements for action in found["Action"]}
    rules = {rule.get("arn") for rule in dev.of_type("aws:lb/listenerRule:ListenerRule")}
    assert set(by_action["elasticloadbalancing:ModifyRule"]) == rules
    assert all("autoScalingGroupName/plant-" in arn for arn in by_action["autoscaling:UpdateAutoScalingGroup"])
    parameters = "arn:aws:ssm:us-east-1:123456789012:parameter/plant/plant-dev"
    assert by_action["ssm:PutParameter"] == [
        f"{parameters}/{name}" for name in ("rollout", "rollout-before", "rollout-progress")
    ]


def test_everything_that_the_workflow_calls_is_allowed(dev, one, statements):
    definition = one(dev, "aws:sfn/stateMachine:StateMachine", "plant-rollout-machine").get("definition")
    allowed = {action.lower() for found in statements for action in found["Action"]}
    prefixes = {"elasticloadbalancingv2": "elasticloadbalancing", "sfn": "states"}
    import re

    calls = set(re.findall(r"aws-sdk:(\w+):(\w+)", definition))
    assert len(calls) >= 9
    for service, action in calls:
        assert f"{prefixes.get(service, service)}:{action}".lower() in allowed


def test_people_steer_by_one_parameter(dev, one):
    control = one(dev, "aws:ssm/parameter:Parameter", "plant-rollout-control")
    assert control.get("allowedPattern") == "^(run|hold|promote|abort|ended)$"
    assert control.get("insecureValue") == "run"
    assert control.options["ignoreChanges"] == ["insecureValue"]


def test_only_instances_that_serve_are_kept_from_scaling_in(dev, one):
    states = json.loads(one(dev, "aws:sfn/stateMachine:StateMachine", "plant-rollout-machine").get("definition"))[
        "States"
    ]
    kinds = ("Pending:Wait", "InService", "Terminating:Wait", "InService")
    group = {"Instances": [{"InstanceId": f"i-{index}", "LifecycleState": kind} for index, kind in enumerate(kinds)]}
    for state in ("Read stable size", "Read stable to release"):
        path = states[state]["ResultSelector"]["instances.$"]
        assert find(path, {"AutoScalingGroups": [group]}) == ["i-1", "i-3"]


def test_broken_execution_is_followed_by_one_that_rolls_back(dev, one):
    rule = one(dev, "aws:cloudwatch/eventRule:EventRule", "plant-rollout-broken")
    detail = json.loads(rule.get("eventPattern"))["detail"]
    assert detail["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    target = one(dev, "aws:cloudwatch/eventTarget:EventTarget", "plant-rollout-recover")
    assert target.get("input") == ABORT == '{"action":"abort"}'
    assert dev.referenced(target, "arn", "aws:sfn/stateMachine:StateMachine")


def test_rollback_does_not_start_itself_again(dev, one):
    rule = one(dev, "aws:cloudwatch/eventRule:EventRule", "plant-rollout-broken")
    detail = json.loads(rule.get("eventPattern"))["detail"]
    assert {"anything-but": [ABORT]} in detail["input"]
    # Nor may an execution that was refused roll back the one that runs.
    assert {"anything-but": ["RolledBack", "AlreadyRunning", "NotStarted", "NotSettled"]} in detail["error"]
    assert None in detail["error"], "an execution that somebody stopped may name no error"


def test_an_alarm_of_the_canary_ends_a_rollout_between_two_looks(dev, one):
    rule = one(dev, "aws:cloudwatch/eventRule:EventRule", "plant-rollout-alarmed")
    pattern = json.loads(rule.get("eventPattern"))
    assert pattern["detail"] == {"state": {"value": ["ALARM"]}}
    names = {arn.rpartition(":alarm:")[2].rpartition("-")[0] for arn in pattern["resources"]}
    assert names == {"plant-slo-p95-canary", "plant-slo-errors-canary"}
    target = one(dev, "aws:cloudwatch/eventTarget:EventTarget", "plant-rollout-end")
    assert target.get("input") == '{"action":"alarm"}'
    assert dev.referenced(target, "arn", "aws:sfn/stateMachine:StateMachine")


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_executions_are_logged_and_traced(graph, stack):
    for machine in graph(stack).of_type("aws:sfn/stateMachine:StateMachine"):
        assert machine.get("loggingConfiguration.level") == "ALL"
        assert machine.get("loggingConfiguration.includeExecutionData") is True
        assert machine.get("tracingConfiguration.enabled") is True


def test_parked_stack_has_nothing_to_roll_out(parked):
    assert not parked.of_type("plant:components:CanaryRollout")


def test_a_stack_of_sessions_goes_on_with_its_rollout_when_a_session_starts(dev, parked, prod, one):
    schedule = one(dev, "aws:scheduler/schedule:Schedule", "plant-rollout-resume")
    assert schedule.get("scheduleExpression") == "cron(0 9 ? * TUE,THU *)"
    assert schedule.get("target.input") == '{"action":"resume"}'
    for graph in (dev, parked):  # what is kept outlives the session
        assert one(graph, "aws:ssm/parameter:Parameter", "plant-progress-parameter").get("insecureValue") == "none"
    assert not [found.name for found in prod if "resume" in found.name or "progress" in found.name]
