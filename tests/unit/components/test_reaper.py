"""Ends sessions."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.operations.reaper import free_day_expression, session_day_expression

DAYS = ["MON", "TUE", "WED", "THU", "FRI"]


@pytest.fixture(scope="module")
def states(dev, one):
    return json.loads(one(dev, "aws:sfn/stateMachine:StateMachine", "plant-reaper-machine").get("definition"))["States"]


def looks(expression):
    """Minutes of the day at which a cron expression fires."""
    minute, hours = re.fullmatch(r"cron\((\d+) ([\d,]+) \? \* [A-Z,]+ \*\)", expression).groups()
    return [int(hour) * 60 + int(minute) for hour in hours.split(",")]


@given(
    st.integers(min_value=0, max_value=23),
    st.integers(min_value=1, max_value=24),
    st.integers(min_value=1, max_value=12),
)
def test_reaper_looks_at_the_end_of_a_session_and_never_within_it(start_hour, hours, every):
    hours = min(hours, 24 - start_hour)
    start, end = start_hour * 60, (start_hour + hours) * 60
    found = looks(session_day_expression(start, hours * 60, every, DAYS))
    assert found
    if hours < 24:
        assert not [minute for minute in found if start <= minute < end]
    if hours < 24:
        assert end % (24 * 60) in found


def test_default_session_ends_at_eleven_and_is_looked_after_every_third_hour():
    assert session_day_expression(9 * 60, 120, 3, DAYS) == "cron(0 2,5,8,11,14,17,20,23 ? * MON,TUE,WED,THU,FRI *)"
    assert free_day_expression(3, ["SAT", "SUN"]) == "cron(0 0/3 ? * SAT,SUN *)"


def test_nothing_left_is_found_out_in_few_transitions(states):
    path, name = [], "Find groups"
    while True:
        path.append(name)
        state = states[name]
        if state["Type"] == "Succeed":
            break
        name = state.get("Default") or state["Next"]
    assert path == ["Find groups", "Find resources", "Is anything left", "Nothing left"]


def test_reaper_looks_for_the_stacks_tags(states, dev, one):
    assert states["Find resources"]["Parameters"]["TagFilters"] == [
        {"Key": "Project", "Values": ["plant-api"]},
        {"Key": "Stack", "Values": ["dev"]},
    ]
    assert one(dev, "aws:lb/loadBalancer:LoadBalancer").get("tags")["Stack"] == "dev"


def test_each_kind_of_hourly_resource_has_its_way_out(states):
    inner = states["Remove resources"]["ItemProcessor"]["States"]
    ways = {choice["StringMatches"]: choice["Next"] for choice in inner["Which kind"]["Choices"]}
    arns = {
        "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/x/1": "Remove load balancer",
        "arn:aws:wafv2:us-east-1:1:regional/webacl/x/1": "Read name",
        "arn:aws:elasticache:us-east-1:1:serverlesscache:x": "Remove cache",
        "arn:aws:elasticache:us-east-1:1:replicationgroup:x": "Remove nodes",
        "arn:aws:cloudwatch:us-east-1:1:alarm:x": "Remove alarm",
    }
    for arn, state in arns.items():
        matching = [way for pattern, way in ways.items() if re.fullmatch(pattern.replace("*", ".*"), arn)]
        assert matching == [state]


def test_one_that_can_not_be_removed_does_not_keep_the_others(states):
    for state in states["Remove resources"]["ItemProcessor"]["States"].values():
        if state["Type"] == "Task":
            assert state["Catch"], state


def test_role_removes_only_what_carries_the_stacks_tags(dev, one):
    policy = json.loads(one(dev, "aws:iam/rolePolicy:RolePolicy", "plant-reaper-workflow-policy").get("policy"))
    for statement in policy["Statement"]:
        if any(":Delete" in action and not action.startswith("logs:") for action in statement["Action"]):
            if statement["Action"] == ["cloudwatch:DeleteDashboards"]:  # dashboards carry no tags
                assert statement["Resource"] == ["arn:aws:cloudwatch::123456789012:dashboard/plant-dev"]
                continue
            assert statement["Condition"]["StringEquals"]["aws:ResourceTag/Stack"] == "dev", statement


def test_reaper_stays_while_the_stack_is_parked(parked, one):
    assert one(parked, "aws:scheduler/schedule:Schedule", "plant-reaper-session-end").get("state") == "ENABLED"


def test_shared_stack_has_none(prod):
    assert not prod.of_type("plant:components:Reaper")


def test_kinds_are_named_as_in_their_arns(states):
    filters = states["Find resources"]["Parameters"]["ResourceTypeFilters"]
    arns = {
        "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/x/1",
        "arn:aws:wafv2:us-east-1:1:regional/webacl/x/1",
        "arn:aws:elasticache:us-east-1:1:serverlesscache:x",
        "arn:aws:elasticache:us-east-1:1:replicationgroup:x",
        "arn:aws:cloudwatch:us-east-1:1:alarm:x",
    }
    for kind in filters:
        service, _, resource = kind.partition(":")
        assert [arn for arn in arns if arn.split(":")[2] == service and arn.split(":", 5)[5].startswith(resource)], kind
    assert len(filters) == len(arns)


def test_web_acl_is_tried_until_its_load_balancer_has_let_go(states):
    (retry,) = states["Remove resources"]["ItemProcessor"]["States"]["Remove firewall"]["Retry"]
    waits = [retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt for attempt in range(retry["MaxAttempts"])]
    assert sum(waits) >= 300
