"""Launches and spikes as metrics."""

import json

import pytest

EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"


@pytest.fixture(params=["dev", "prod"])
def whole(graph, request):
    return graph(request.param)


def test_failed_launches_over_five_percent_raise_an_alarm(whole, one):
    alarm = one(whole, "aws:cloudwatch/metricAlarm:MetricAlarm", "plant-scaling-launch-failures")
    assert alarm.get("threshold") == 5
    assert (alarm.get("metricName"), alarm.get("statistic")) == ("launch_failure_percent", "Average")
    filters = {
        found.get("pattern"): found.get("metricTransformation")
        for found in whole.of_type(FILTER)
        if found.get("metricTransformation.name") == "launch_failure_percent"
    }
    assert {pattern.split('"')[1]: written["value"] for pattern, written in filters.items()} == {
        "EC2 Instance Launch Successful": "0",
        "EC2 Instance Launch Unsuccessful": "100",
    }
    # A default value would count other events as launches that went well.
    assert not [written for written in filters.values() if written.get("defaultValue") is not None]


def test_events_of_both_fleets_are_collected(whole, one):
    rule = one(whole, "aws:cloudwatch/eventRule:EventRule", "plant-scaling-scaling")
    pattern = json.loads(rule.get("eventPattern"))
    groups = {group.get("name") for group in whole.of_type("aws:autoscaling/group:Group")}
    assert set(pattern["detail"]["AutoScalingGroupName"]) == groups
    assert "EC2 Instance Launch Unsuccessful" in pattern["detail-type"]


def test_spikes_are_counted_when_their_alarm_goes_off(whole, one):
    pattern = json.loads(one(whole, "aws:cloudwatch/eventRule:EventRule", "plant-scaling-spikes").get("eventPattern"))
    alarms = [
        one(whole, "aws:cloudwatch/metricAlarm:MetricAlarm", f"plant-{fleet}-traffic-spike")
        for fleet in ("stable", "canary")
    ]
    assert pattern["resources"] == [alarm.get("arn") for alarm in alarms]
    assert pattern["detail"] == {"state": {"value": ["ALARM"]}}


def test_metrics_of_the_story_exist(whole):
    names = {found.get("metricTransformation.name") for found in whole.of_type(FILTER)}
    assert names >= {"api_latency", "traffic_spikes", "auto_scale_events", "launch_failure_percent"}


def test_eventbridge_may_write_to_its_log_group_only(whole, one):
    policy = json.loads(one(whole, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy").get("policyDocument"))
    statements = [found for found in policy["Statement"] if "events.amazonaws.com" in found["Principal"]["Service"]]
    assert all(":log-group:/aws/events/" in statement["Resource"] for statement in statements)
    by_action = {statement["Action"]: statement for statement in statements}
    rules = [one(whole, EVENT_RULE, f"plant-scaling-{name}").get("arn") for name in ("scaling", "spikes")]
    assert by_action["logs:PutLogEvents"]["Condition"] == {"ArnEquals": {"aws:SourceArn": rules}}
    # EventBridge makes its log streams in nobody's name.
    assert "Condition" not in by_action["logs:CreateLogStream"]
