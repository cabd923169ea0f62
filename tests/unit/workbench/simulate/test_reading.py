import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deployment.errors import InputError
from deployment.graph import ResourceGraph
from deployment.reader import graph_from_json
from deployment.unknown import UNKNOWN
from workbench.simulate.declaration import WarmPool
from workbench.simulate.predict import predict
from workbench.simulate.reading import Assumptions, read
from workbench.simulate.scaling.schedule import Sizes, in_force
from workbench.simulate.scaling.step import AdjustmentType


def test_the_stable_fleet_comes_first_with_its_terms(small_graph):
    declared = read(small_graph(maxSize=6))
    stable, canary = declared.fleets
    assert (stable.name, canary.name) == ("stable-group", "canary-group")
    assert (stable.min_size, stable.max_size, stable.desired_capacity) == (1, 6, 1)
    assert (canary.min_size, canary.desired_capacity) == (0, 0)
    assert (stable.warm_up_seconds, stable.health_check_grace_seconds, stable.deregistration_seconds) == (90, 90, 30)
    assert stable.least_outstanding
    assert stable.elb_health_checks
    assert not stable.credits_unlimited
    assert (stable.on_demand_base, stable.on_demand_percent) == (1, 0)
    assert (stable.health.interval_seconds, stable.health.unhealthy_threshold) == (10, 3)


def test_policies_come_with_their_alarms(small_graph):
    stable = read(small_graph()).stable
    assert [policy.target_value for policy in stable.tracking] == [2573.0]
    (step,) = stable.steps
    assert step.alarm.rule.threshold == 3860
    assert step.alarm.metric.pool == 0
    assert step.policy.adjustment_type is AdjustmentType.PERCENT
    assert [(each.lower_bound, each.upper_bound) for each in step.policy.steps] == [(0, 3860), (3860, None)]


def test_the_contract_and_the_p95_alarm_make_the_promise(small_graph):
    declared = read(small_graph())
    promise = declared.promise
    assert (promise.budget_seconds, promise.database_limit_seconds, promise.cache_ttl_seconds) == (0.1, 0.03, 600)
    assert (promise.p95_limit_seconds, promise.p95_window_seconds) == (0.2, 300)
    assert (declared.service_seconds, declared.workers, declared.peak_rps) == (0.025, 2, 3)
    assert declared.idle_timeout_seconds == 30


def test_rate_rules_are_read_in_order_of_priority(small_graph):
    per_ip, heavy = read(small_graph()).rates
    assert (per_ip.name, per_ip.limit, per_ip.window_seconds, per_ip.retry_after_seconds) == (
        "rate-per-ip",
        1000,
        60,
        60,
    )
    assert (heavy.name, heavy.limit, heavy.window_seconds, heavy.heavy_only) == ("rate-heavy-path", 100, 300, True)


def test_alarms_on_other_things_are_named_and_not_forgotten(small_graph):
    declared = read(small_graph())
    assert declared.unwatched == ("database-latency",)
    assert {alarm.rule.name for alarm in declared.alarms} == {
        "p95-stable",
        "launch-failures",
        "stable-traffic-spike",
        "canary-traffic-spike",
    }
    p95 = next(alarm.rule for alarm in declared.alarms if alarm.rule.name == "p95-stable")
    assert p95.percentile == 95
    assert p95.ignore_low_samples


def test_metric_math_is_read_with_its_metrics(small_graph):
    alarm = next(each for each in read(small_graph()).alarms if each.rule.name == "launch-failures")
    assert alarm.rule.period_seconds == 900
    assert {name for _, _, name, _ in alarm.metric.names} == {"launch_attempts", "launch_failures"}


def test_what_the_stack_does_not_say_is_assumed_and_noted(small_stack):
    document = small_stack()
    for resource in document["deployment"]["resources"]:
        if resource["type"] == "aws:ssm/parameter:Parameter":
            resource["inputs"]["value"] = "{}"
    declared = read(graph_from_json(document, "x"), Assumptions(service_time_ms=40))
    assert declared.service_seconds == 0.04
    assert "service_time_ms is not declared: 40 is assumed" in declared.notes


def test_a_schedule_and_a_warm_pool_are_read(small_graph, stack_resource):
    schedule = stack_resource(
        "aws:autoscaling/schedule:Schedule",
        "morning",
        {
            "autoscalingGroupName": "stable-group",
            "recurrence": "0 9 * * *",
            "timeZone": "Europe/Vilnius",
            "minSize": 2,
            "maxSize": 4,
            "desiredCapacity": -1,
        },
    )
    stable = read(small_graph(schedule, warmPool={"minSize": 1, "poolState": "Stopped"})).stable
    (action,) = stable.schedule
    assert (action.min_size, action.max_size, action.desired_capacity) == (2, 4, None)
    assert action.time_zone == "Europe/Vilnius"
    assert stable.warm_pool == WarmPool(min_size=1, prepared=None)


GROUP = "aws:autoscaling/group:Group"
POLICY = "aws:autoscaling/policy:Policy"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def test_requests_go_to_the_group_behind_the_load_balancer_and_to_no_other(small_stack, stack_resource):
    document = small_stack()
    resources = document["deployment"]["resources"]
    worker = stack_resource(GROUP, "a-worker", {"minSize": 1, "maxSize": 9, "desiredCapacity": 5})
    resources.insert(2, worker)  # declared before the fleets
    declared = read(graph_from_json(document, "x"))
    assert [fleet.name for fleet in declared.fleets] == ["stable-group", "canary-group"]
    assert "a-worker: it is behind no load balancer; it stands and costs, no more" in declared.notes


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("attachment:Attachment", {"lbTargetGroupArn": "arn:aws:test:us-east-1:123456789012:stable-targets"}),
        (
            "trafficSourceAttachment:TrafficSourceAttachment",
            {"trafficSource": {"identifier": "arn:aws:test:us-east-1:123456789012:stable-targets", "type": "elbv2"}},
        ),
    ],
)
def test_a_target_group_may_be_attached_by_a_resource_of_its_own(small_graph, stack_resource, kind, inputs):
    named = {"autoscalingGroupName": "stable-group", **inputs}
    attached = stack_resource(f"aws:autoscaling/{kind}", "attached", named)
    stable = read(small_graph(attached, targetGroupArns=[])).stable
    assert stable.name == "stable-group"
    assert (stable.deregistration_seconds, stable.health.interval_seconds) == (30, 10)
    assert stable.steps  # by the alarm on the target group


def test_a_second_group_that_shares_no_requests_is_told(small_stack):
    text = json.dumps(small_stack()).replace("canary", "other")
    declared = read(graph_from_json(json.loads(text), "x"))
    assert "other-group: one service is simulated, with its canary; it stands and costs, no more" in declared.notes


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"scalingAdjustment": 2, "adjustmentType": "ChangeInCapacity"}, "SimpleScaling"),  # AWS's default
        ({"policyType": "PredictiveScaling", "predictiveScalingConfiguration": {}}, "PredictiveScaling"),
    ],
)
def test_a_policy_of_another_kind_is_told(small_graph, stack_resource, inputs, told):
    policy = stack_resource(POLICY, "other", {"autoscalingGroupName": "stable-group", **inputs})
    assert f"other: {told} is not simulated; left out" in read(small_graph(policy)).notes


def test_how_requests_are_spread_is_told_where_it_is_simulated_otherwise(small_stack):
    document = small_stack()
    for each in document["deployment"]["resources"]:
        if each["urn"].endswith("stable-targets"):
            each["inputs"] |= {"slowStart": 60, "loadBalancingAlgorithmType": "weighted_random"}
        if each["urn"].endswith("stable-group"):
            mix = each["inputs"]["mixedInstancesPolicy"]["launchTemplate"]
            mix["overrides"] = [{"instanceType": "m7g.medium", "weightedCapacity": "2"}]
    assert set(read(graph_from_json(document, "x")).notes) >= {
        "stable-group: its sizes count weightedCapacity; each is taken for one instance",
        "stable-targets: its slow start of 60 s is not simulated",
        "stable-targets: weighted random routing is simulated as round robin, which waits less",
    }


@pytest.mark.parametrize(
    ("types", "mode", "taken"),
    [
        (["m7g.large", "m7g.medium"], "standard", "m7g.medium"),
        (["t4g.small", "m7g.medium", "t4g.nano"], "standard", "t4g.nano"),
        (["t4g.nano", "t4g.small"], "standard", "t4g.nano"),
        (["t4g.small", "t4g.nano"], "unlimited", "t4g.small"),  # two cores each
        (["t4g.large", "m7g.medium"], "unlimited", "m7g.medium"),
        (["t4g.medium", "t4g.small"], "standard", "t4g.medium"),
    ],
)
def test_a_group_of_several_types_is_as_strong_as_the_weakest(small_stack, types, mode, taken):
    document = small_stack()
    for each in document["deployment"]["resources"]:
        if each["urn"].endswith("-template"):
            each["inputs"] = {"creditSpecification": {"cpuCredits": mode}}
        if each["urn"].endswith("-group"):
            mix = each["inputs"]["mixedInstancesPolicy"]["launchTemplate"]
            mix["overrides"] = [{"instanceType": name} for name in types]
    declared = read(graph_from_json(document, "x"))
    assert {fleet.instance_type for fleet in declared.fleets} == {taken}
    told = f"instances are of {' or '.join(types)}: each is taken for a {taken}, which does the least"
    assert declared.notes.count(told) == (taken != types[0])


def test_a_scheduled_action_begins_and_ends(small_graph, stack_resource):
    def action(**when):
        row = {"autoscalingGroupName": "stable-group", "minSize": 2, "maxSize": 4, "desiredCapacity": -1, **when}
        return read(small_graph(stack_resource(SCHEDULE, "sized", row))).stable.schedule[0]

    def at(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    once = action(startTime="2026-12-01T08:00:00Z")
    assert once.fires(at("2026-12-01T08:00"))
    assert not once.fires(at("2026-12-02T08:00"))
    assert in_force(Sizes(1, 4, 1), [once], at("2027-01-01T00:00")) == Sizes(2, 4, 2)
    assert in_force(Sizes(1, 4, 1), [once], at("2026-11-01T00:00")) == Sizes(1, 4, 1)
    daily = action(startTime="2026-12-01T07:00:00Z", endTime="2026-12-03T00:00:00Z", recurrence="0 9 * * *")
    assert [day for day in range(1, 5) if daily.fires(at(f"2026-12-0{day}T09:00"))] == [1, 2]
    assert daily.fires(at("2026-12-01T07:00"))  # "performs the action at this time", too
    assert not daily.fires(at("2026-11-30T09:00"))


@pytest.mark.parametrize(
    ("namespace", "name"),
    [("AWS/ELB", "RequestCount"), ("AWS/NetworkELB", "HealthyHostCount"), ("AWS/RDS", "CPUCreditBalance")],
)
def test_a_metric_of_the_same_name_is_another_services(small_graph, stack_resource, namespace, name):
    rule = {"comparisonOperator": "GreaterThanThreshold", "threshold": 1, "evaluationPeriods": 1, "period": 60}
    alarm = {"namespace": namespace, "metricName": name, "statistic": "Sum", "dimensions": {"X": "y"}, **rule}
    declared = read(small_graph(stack_resource(ALARM, "elsewhere", alarm)))
    assert "elsewhere" in declared.unwatched


def test_a_rate_rule_without_a_key_counts_all_requests_together(small_stack):
    text = json.dumps(small_stack()).replace('"aggregateKeyType": "IP"', '"aggregateKeyType": "CONSTANT"')
    assert {rate.shared for rate in read(graph_from_json(json.loads(text), "x")).rates} == {True}
    assert {rate.shared for rate in read(graph_from_json(small_stack(), "x")).rates} == {False}


def test_a_stack_without_a_fleet_is_an_input_error(graph):
    with pytest.raises(InputError, match="simulate it unparked"):
        read(graph("parked"))


def with_value(graph, kind, path, value):
    """`graph` with `value` at `path` of each resource of `kind` that has something there."""

    def changed(tree, keys):
        if not keys:
            return value
        key, *rest = keys
        if isinstance(tree, list | tuple):
            return [changed(each, rest) if index == key else each for index, each in enumerate(tree)]
        return {**tree, key: changed(tree[key], rest)} if key in tree else tree

    return ResourceGraph(
        [
            replace(each, inputs=changed(each.inputs, path), outputs=changed(each.outputs, path))
            if each.type.endswith(kind)
            else each
            for each in graph
        ]
    )


@pytest.mark.parametrize("value", [UNKNOWN, None, "x", {}, [], -1], ids=repr)
@pytest.mark.parametrize(
    ("stack", "kind", "path"),
    [
        ("dev", ":MetricAlarm", ["treatMissingData"]),
        ("dev", ":Policy", ["adjustmentType"]),
        ("dev", ":PlantApi", ["capacity", "windows", 0]),
        ("dev", ":PlantApi", ["capacity", "sessions", "start"]),
        ("dev", ":PlantApi", ["capacity", "rolloutFailures", "least"]),
        ("dev", ":PlantApi", ["costBasis", "rollout", "steps", 0]),
        ("k8s", ":HorizontalPodAutoscaler", ["spec", "behavior", "scaleUp", "policies", 0]),
        ("k8s", ":HorizontalPodAutoscaler", ["spec", "behavior", "scaleDown", "selectPolicy"]),
    ],
)
def test_a_value_of_another_kind_is_left_out_or_an_input_error_and_never_a_traceback(graph, stack, kind, path, value):
    edited = with_value(graph(stack), kind, path, value)
    with suppress(InputError):
        read(edited)
    predict(edited)


def test_an_alarm_that_is_not_known_yet_is_named_and_its_policies_are_left_out(graph):
    dev = with_value(graph("dev"), ":MetricAlarm", ["treatMissingData"], UNKNOWN)
    declared = read(dev)
    assert "plant-slo-p95-stable" in declared.unwatched and not declared.stable.steps
    assert any("no alarm that the twin simulates" in note for note in declared.notes)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_declared_stacks_are_read_without_assumptions(graph, stack):
    declared = read(graph(stack))
    assert declared.notes == ()
    assert len(declared.fleets) == 2
    assert declared.rollout_percents == (10, 50, 100)
    assert declared.rates
    assert declared.stable.tracking
    assert declared.stable.steps
    assert {alarm.metric.names[0][2] for alarm in declared.alarms} >= {"TargetResponseTime", "RequestCountPerTarget"}
