"""What holds for every stack: more never costs less, parts add up, order doesn't matter."""

from __future__ import annotations

import datetime
import json
import random
from dataclasses import replace
from decimal import Decimal

import depth
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cost import estimate
from cost.basis import Basis, RolloutBasis, TrafficBasis
from cost.budget import GATES, Bought, sessions_bought
from cost.money import cents
from cost.quantiles import sample_months
from cost.uptime import Uptime
from deployment.graph import Resource, ResourceGraph

FIGURES = ("floor_usd", "expected_usd", "worst_case_usd", "list_always_on_usd")
few = st.integers(0, 8)


def resource(token, inputs, name, outputs=None):
    return Resource(f"urn:pulumi:t::t::{token}::{name}", token, name, inputs, {"id": name, **(outputs or {})})


@st.composite
def fleets(draw, name):
    low = draw(few)
    desired = low + draw(few)
    sizes = {"minSize": low, "desiredCapacity": desired, "maxSize": desired + draw(few)}
    types = draw(st.lists(st.sampled_from(["t4g.nano", "t4g.micro", "m7g.medium"]), min_size=1, unique=True))
    template = resource(
        "aws:ec2/launchTemplate:LaunchTemplate",
        {
            "instanceType": types[0],
            "creditSpecification": {"cpuCredits": draw(st.sampled_from(["standard", "unlimited"]))},
        },
        f"{name}-lt",
    )
    policy = {
        "instancesDistribution": {
            "onDemandBaseCapacity": draw(few),
            "onDemandPercentageAboveBaseCapacity": draw(st.integers(0, 100)),
            "spotAllocationStrategy": draw(st.sampled_from(["lowest-price", "price-capacity-optimized"])),
        },
        "launchTemplate": {
            "launchTemplateSpecification": {"launchTemplateId": f"{name}-lt"},
            "overrides": [{"instanceType": each} for each in types],
        },
    }
    return [template, resource("aws:autoscaling/group:Group", {**sizes, "mixedInstancesPolicy": policy}, name)]


@st.composite
def others(draw, name):
    token, inputs = draw(
        st.sampled_from(
            [
                ("aws:lb/loadBalancer:LoadBalancer", {"subnets": ["a", "b"]}),
                ("aws:elasticache/serverlessCache:ServerlessCache", {"engine": "valkey"}),
                ("aws:wafv2/webAcl:WebAcl", {"rules": [{"statement": {}}]}),
                ("aws:cloudwatch/metricAlarm:MetricAlarm", {"period": 60}),
                ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30}),
                ("aws:kms/key:Key", {}),
                ("aws:ec2/natGateway:NatGateway", {}),
                ("aws:sqs/queue:Queue", {}),
            ]
        )
    )
    return [resource(token, inputs, name)]


@st.composite
def groups_of_resources(draw):
    count = draw(st.integers(1, 5))
    return [draw(st.one_of(fleets(f"r{number}"), others(f"r{number}"))) for number in range(count)]


@st.composite
def bases(draw):
    uptime = Uptime(Decimal(draw(st.integers(1, 30))), Decimal(draw(st.integers(1, 96))) / 4)
    monthly = Decimal(draw(st.integers(0, 10**7)))
    traffic = TrafficBasis(monthly_requests=monthly, peak_requests_per_second=Decimal(draw(st.integers(0, 50))))
    return Basis(region="us-east-1", uptime=uptime, declared=True, traffic=traffic)


def flat(parts):
    return ResourceGraph([entry for part in parts for entry in part])


@given(parts=groups_of_resources(), basis=bases())
def test_worst_case_is_never_less_than_expected_and_expected_never_less_than_floor(parts, basis):
    found = estimate(flat(parts), basis=basis)
    assert 0 <= found.floor_usd <= found.expected_usd <= found.worst_case_usd


@given(parts=groups_of_resources(), basis=bases(), more=st.integers(1, 10))
def test_more_hours_never_cost_less(parts, basis, more):
    graph = flat(parts)
    longer = replace(basis, uptime=Uptime(basis.uptime.sessions, basis.uptime.hours_per_session + more))
    before, after = estimate(graph, basis=basis), estimate(graph, basis=longer)
    assert all(getattr(before, figure) <= getattr(after, figure) for figure in FIGURES)


@given(parts=groups_of_resources(), basis=bases(), more=st.integers(1, 10**6))
def test_more_traffic_never_costs_less(parts, basis, more):
    graph = flat(parts)
    busier = replace(basis, traffic=replace(basis.traffic, monthly_requests=basis.traffic.monthly_requests + more))
    before, after = estimate(graph, basis=basis), estimate(graph, basis=busier)
    assert all(getattr(before, figure) <= getattr(after, figure) for figure in FIGURES)


@given(part=fleets("fleet"), basis=bases(), size=st.sampled_from(["minSize", "desiredCapacity", "maxSize"]))
def test_more_instances_never_cost_less(part, basis, size):
    template, group = part
    order = ["minSize", "desiredCapacity", "maxSize"]
    raised = {key: group.inputs[key] + 1 for key in order[order.index(size) :]}
    larger = replace(group, inputs={**group.inputs, **raised})
    before = estimate(ResourceGraph([template, group]), basis=basis)
    after = estimate(ResourceGraph([template, larger]), basis=basis)
    assert all(getattr(before, figure) <= getattr(after, figure) for figure in FIGURES)


@given(parts=groups_of_resources(), basis=bases(), cut=st.integers(0, 5))
def test_parts_add_up_to_the_whole_allowances_aside(parts, basis, cut):
    # a declared stack's application log is one number, shared out over its log groups: not declared here
    list_price = replace(basis, allowance_share=Decimal(0), declared=False)
    whole = estimate(flat(parts), basis=list_price)
    left, right = (estimate(flat(each), basis=list_price) for each in (parts[:cut], parts[cut:]))
    assert all(getattr(left, figure) + getattr(right, figure) == getattr(whole, figure) for figure in FIGURES)


@given(parts=groups_of_resources(), basis=bases(), seed=st.integers(0, 99))
def test_order_does_not_matter(parts, basis, seed):
    graph = flat(parts)
    shuffled = list(graph)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order to test with, no secret
    before, after = estimate(graph, basis=basis), estimate(ResourceGraph(shuffled), basis=basis)
    assert all(getattr(before, figure) == getattr(after, figure) for figure in FIGURES)


@given(parts=groups_of_resources(), basis=bases())
def test_displayed_lines_add_up_to_displayed_totals(parts, basis):
    found = estimate(flat(parts), basis=basis)
    shown = cents([line.monthly_usd for line in found.lines])
    assert sum(shown, Decimal(0)) == round(found.expected_usd, 2)
    assert all(abs(usd - line.monthly_usd) < Decimal("0.01") for usd, line in zip(shown, found.lines, strict=True))


@given(parts=groups_of_resources(), basis=bases(), seed=st.integers(0, 2**32))
@settings(max_examples=depth.drawn(40))
def test_the_worst_case_bounds_every_sampled_month(parts, basis, seed):
    found = estimate(flat(parts), basis=basis)
    months = sample_months(found, samples=200, seed=seed)
    slack = 1e-9 * float(found.worst_case_usd) + 1e-6
    assert float(found.floor_usd) - slack <= months.min()
    assert months.max() <= float(found.worst_case_usd) + slack


@given(parts=groups_of_resources(), basis=bases(), limit=st.decimals("0.01", "50", places=2))
@settings(max_examples=depth.drawn(50))
def test_every_gate_holds_for_the_hours_bought_and_one_more_session_breaks_the_one_that_binds(parts, basis, limit):
    graph = flat(parts)
    found = estimate(graph, basis=basis, limit_usd=limit)
    session = basis.uptime if basis.uptime.sessions > 1 else Uptime(Decimal(1), Decimal(1))
    sessions = found.hours_bought / session.hours_per_session

    def months(number):
        of = Uptime(Decimal(1), number) if basis.uptime.sessions <= 1 else replace(session, sessions=number)
        return estimate(graph, basis=replace(basis, uptime=of), limit_usd=limit)

    if sessions:
        assert all(months(sessions).total_usd(gate) <= limit for gate in found.gates)
    if found.bought.gate and sessions + 1 <= 730 / session.existence_hours:
        assert months(sessions + 1).total_usd(found.bought.gate) > limit


bends = st.tuples(st.integers(-600, 50), st.integers(0, 5), st.integers(0, 730), st.integers(0, 5))
"""Dollars beyond the budget at no session, a session up to the bend, sessions to the bend, a session after it."""


@given(most=st.integers(1, 730), gates=st.lists(bends, min_size=2, max_size=2), part=st.fractions(0, 1))
@example(most=1, gates=[(0, 0, 0, 0), (1, 0, 0, 0)], part=1)
def test_the_sessions_bought_are_those_that_trying_each_finds(most, gates, part):
    def beyond(sessions):
        asked.append(sessions)
        return {
            name: Decimal(start + before * min(sessions, bend) + after * max(0, sessions - bend))
            for name, (start, before, bend, after) in zip(GATES, gates, strict=True)
        }

    asked, declared = [], round(part * most)
    found = sessions_bought(most, beyond)
    assert len(asked) <= 30
    told = {declared: beyond(declared)}
    asked.clear()
    assert sessions_bought(most, beyond, told) == found
    assert declared not in asked and len(asked) <= 30
    over = next((number for number in range(1, most + 1) if max(beyond(number).values()) > 0), None)
    if over is None:
        assert found == (most, "")
    else:
        assert found == (over - 1, next(gate for gate, usd in beyond(over).items() if usd > 0))


@given(most=st.integers(1, 730), start=st.integers(-600, -1), slope=st.integers(1, 20))
def test_sessions_that_cost_alike_are_found_at_once(most, start, slope):
    asked = []
    sessions_bought(most, lambda sessions: {"expected": Decimal(start + slope * (asked.append(sessions) or sessions))})
    assert len(asked) <= 4


@pytest.mark.parametrize(("limit", "most"), [("0.50", 1), ("5", 3)])
def test_a_stack_is_priced_again_only_for_the_hours_that_are_not_known(limit, most, graph):
    def counted(basis, changed, *enough):
        asked.append(basis.uptime)
        return reprice(basis, changed, *enough)

    asked = []
    found = estimate(graph("dev"), limit_usd=Decimal(limit), on=datetime.date(2026, 11, 26))
    reprice = found.reprice
    assert replace(found, reprice=counted).bought == found.bought
    assert len(asked) <= most and found.basis.uptime not in asked


def test_of_what_stands_no_more_is_priced_again_than_is_sure_to_be_beyond_the_budget(graph):
    def counted(basis, changed, *enough):
        again.append((basis.uptime.sessions, reprice(basis, changed, *enough)))
        return again[-1][1]

    again = []
    own = graph("dev").resources
    keys = [Resource(f"urn:pulumi:dev::plant::aws:kms/key:Key::{n}", "aws:kms/key:Key", str(n)) for n in range(4096)]
    found = estimate(ResourceGraph([*own, *keys]), limit_usd=Decimal(5), on=datetime.date(2026, 11, 26))
    reprice = found.reprice
    assert replace(found, reprice=counted).bought == Bought(Decimal(0), "expected")
    ((sessions, standing),) = again
    assert not sessions and 5 < standing.expected_usd < found.expected_usd - 2000
    assert len(found.reprice(standing.basis, None).lines) > len(standing.lines) + 2000


MICRO = Decimal("0.0084")
"""On-demand dollars an hour of a t4g.micro, us-east-1."""
HOURS = 730


@st.composite
def between(draw, low, high):
    """Mean over a month of something that moves between `low` and `high`, and stays there for any part of it."""
    parts = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(low, high)), min_size=1, max_size=5))
    return Decimal(sum(weight * value for weight, value in parts)) / sum(weight for weight, _ in parts)


@st.composite
def autoscaled(draw):
    """A stack of things that scale, and the dollars of one month that it may have: an independent sum."""
    low = draw(few)
    desired, high = low + draw(few), low + draw(st.integers(0, 12))
    lifted = draw(st.integers(0, 40))
    group = {"minSize": low, "desiredCapacity": desired, "maxSize": high, "launchTemplate": {"id": "lt"}}
    zones, percent = draw(st.integers(1, 3)), draw(st.sampled_from([100, 110, 150, 200]))
    group |= {
        "vpcZoneIdentifiers": [f"subnet-{zone}" for zone in range(zones)],
        "capacityRebalance": draw(st.booleans()),
        "instanceMaintenancePolicy": {"minHealthyPercentage": 100, "maxHealthyPercentage": percent},
    }
    most = max(desired, high, lifted)
    margins = [most * (percent - 100) // 100]  # launched before as many are terminated
    if most and (zones > 1 or group["capacityRebalance"]):
        margins.append(max(1, most // 10))
    target = {"minCapacity": draw(few), "maxCapacity": draw(st.integers(8, 30))}
    reads = {"minCapacity": 1, "maxCapacity": draw(st.integers(1, 4000))}
    shards = {"minCapacity": 1, "maxCapacity": draw(st.integers(1, 5))}
    tasks, deploying = draw(st.integers(0, 12)), draw(st.integers(0, 200))
    ready, readers, caches = ({"minCapacity": draw(few), "maxCapacity": draw(st.integers(8, 20))} for _ in range(3))
    nodes = {"minSize": 1, "desiredSize": 1, "maxSize": draw(st.integers(1, 9))}
    unavailable = draw(st.integers(1, 9))
    resources = [
        resource("aws:ec2/launchTemplate:LaunchTemplate", TEMPLATE, "lt"),
        resource("aws:autoscaling/group:Group", group, "group"),
        resource("aws:autoscaling/schedule:Schedule", {"autoscalingGroupName": "group", "maxSize": lifted}, "lift"),
        resource("aws:ecs/taskDefinition:TaskDefinition", {"cpu": "1024", "memory": "2048"}, "task"),
        resource("aws:ecs/service:Service", {**SERVICE, "desiredCount": tasks}, "web"),
        scaling({**target, "resourceId": "service/main/web"}, "ecs:service:DesiredCount", "tasks"),
        resource("aws:dynamodb/table:Table", {"name": "t", "readCapacity": 1, "writeCapacity": 1}, "t"),
        scaling({**reads, "resourceId": "table/t"}, "dynamodb:table:ReadCapacityUnits", "reads"),
        resource("aws:elasticache/replicationGroup:ReplicationGroup", CACHE, "cache"),
        scaling(
            {**shards, "resourceId": "replication-group/cache"}, "elasticache:replication-group:NodeGroups", "shards"
        ),
        resource("aws:kms/key:Key", {"enableKeyRotation": True}, "key"),
        resource("aws:lambda/function:Function", {"name": "api", "memorySize": 1024}, "api"),
        scaling({**ready, "resourceId": "function:api:live"}, "lambda:function:ProvisionedConcurrency", "ready"),
        resource("aws:rds/cluster:Cluster", {"engine": "aurora-mysql", "clusterIdentifier": "db"}, "db"),
        resource("aws:rds/clusterInstance:ClusterInstance", WRITER, "writer"),
        scaling({**readers, "resourceId": "cluster:db"}, "rds:cluster:ReadReplicaCount", "readers"),
        resource("aws:elasticache/cluster:Cluster", MEMCACHED, "memcached"),
        scaling({**caches, "resourceId": "cache-cluster/memcached"}, "elasticache:cache-cluster:Nodes", "caches"),
        resource(
            "aws:eks/nodeGroup:NodeGroup",
            {**NODES, "scalingConfig": nodes, "updateConfig": {"maxUnavailable": unavailable}},
            "nodes",
        ),
    ]
    years = draw(st.integers(0, 10))
    usd = (
        draw(between(low, most + max(margins))) * (MICRO + Decimal("0.005")) * HOURS
        + draw(between(target["minCapacity"], max(tasks, target["maxCapacity"])))
        * (Decimal("0.04048") + 2 * Decimal("0.004445"))
        * HOURS
        + draw(between(1, reads["maxCapacity"])) * Decimal("0.00013") * HOURS
        + draw(between(1, shards["maxCapacity"])) * 2 * Decimal("0.0128") * HOURS
        + 1
        + min(2, years)
        + draw(between(ready["minCapacity"], ready["maxCapacity"])) * Decimal("0.0000041667") * 3600 * HOURS
        + (1 + draw(between(readers["minCapacity"], readers["maxCapacity"]))) * Decimal("0.082") * HOURS
        + draw(between(min(1, caches["minCapacity"]), caches["maxCapacity"])) * Decimal("0.016") * HOURS
        + draw(between(1, nodes["maxSize"] + max(4, unavailable))) * Decimal("0.096") * HOURS
        + draw(between(0, max(tasks, target["maxCapacity"])))
        * (Decimal("0.04048") + 2 * Decimal("0.004445"))
        * deploying
    )
    return ResourceGraph(resources), usd, deploying


TEMPLATE = {
    "instanceType": "t4g.micro",
    "imageId": "al2023",
    "creditSpecification": {"cpuCredits": "standard"},
}
SERVICE = {"name": "web", "launchType": "FARGATE", "taskDefinition": "task"}
WRITER = {"clusterIdentifier": "db", "instanceClass": "db.t3.medium"}
MEMCACHED = {"engine": "memcached", "nodeType": "cache.t4g.micro", "clusterId": "memcached"}
NODES = {"instanceTypes": ["m5.large"], "subnetIds": ["subnet-1", "subnet-2"]}
CACHE = {
    "engine": "valkey",
    "nodeType": "cache.t4g.micro",
    "numNodeGroups": 1,
    "replicasPerNodeGroup": 1,
    "replicationGroupId": "cache",
}


def scaling(limits, dimension, name):
    return resource("aws:appautoscaling/target:Target", {**limits, "scalableDimension": dimension}, name)


@given(autoscaled())
def test_no_state_of_an_autoscaler_and_no_age_of_a_key_exceeds_the_worst_case(sampled):
    graph, month_usd, deploying = sampled
    basis = Basis(region="us-east-1", declared=True, allowance_share=Decimal(0))
    web = next(one.urn for one in graph if one.name == "web")
    found = estimate(graph, basis=basis, usage={web: {"monthly_deployment_hours": Decimal(deploying)}})
    assert not found.unpriced
    assert month_usd <= found.worst_case_usd


@st.composite
def scaled_by_themselves(draw):
    """A stack of services that scale without an autoscaler of the graph, and the dollars of one month that it may have:
    an independent sum."""
    instances = {"minSize": draw(st.integers(1, 8)), "maxSize": draw(st.integers(8, 25))}
    workers = {"mcuCount": draw(st.sampled_from([1, 2, 4, 8])), "minWorkerCount": 1, "maxWorkerCount": draw(few) + 1}
    units = {"minCapacity": draw(st.integers(1, 8)), "maxCapacity": draw(st.integers(8, 128))}
    parallel = {"configurationType": "CUSTOM", "parallelism": draw(st.integers(1, 256)), "parallelismPerKpu": 4}
    least, most = draw(few), draw(st.integers(8, 12))
    settings = [
        {"namespace": "aws:ec2:instances", "name": "InstanceTypes", "value": "m5.large"},
        {"namespace": "aws:autoscaling:asg", "name": "MinSize", "value": str(least)},
        {"namespace": "aws:autoscaling:asg", "name": "MaxSize", "value": str(most)},
    ]
    flink = {"flinkApplicationConfiguration": {"parallelismConfiguration": {**parallel, "autoScalingEnabled": True}}}
    scale = "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion"
    resources = [
        resource(scale, instances, "scale"),
        resource(
            "aws:apprunner/service:Service",
            {"autoScalingConfigurationArn": "scale", "sourceConfiguration": {"autoDeploymentsEnabled": False}},
            "web",
        ),
        resource("aws:mskconnect/connector:Connector", {"capacity": {"autoscaling": workers}}, "connector"),
        resource("aws:neptune/cluster:Cluster", {"serverlessV2ScalingConfiguration": units}, "graph"),
        resource(
            "aws:neptune/clusterInstance:ClusterInstance",
            {"clusterIdentifier": "graph", "instanceClass": "db.serverless"},
            "writer",
        ),
        resource(
            "aws:kinesisanalyticsv2/application:Application",
            {"runtimeEnvironment": "FLINK-1_20", "applicationConfiguration": flink},
            "stream",
        ),
        resource(
            "aws:elasticbeanstalk/environment:Environment",
            {"solutionStackName": "al2023", "settings": settings},
            "site",
        ),
        resource(
            "aws:synthetics/canary:Canary",
            {"schedule": {"expression": "rate(1 hour)", "retryConfig": {"maxRetries": 2}}},
            "probe",
        ),
    ]
    app, active = draw(between(instances["minSize"], instances["maxSize"])), draw(st.integers(0, 100))
    kpus = draw(between(1, max(64, -(-parallel["parallelism"] // 4))))
    usd = (
        app * (2 * Decimal("0.007") + Decimal("0.064") * active / 100) * HOURS
        + draw(between(1, workers["maxWorkerCount"])) * workers["mcuCount"] * Decimal("0.11") * HOURS
        + draw(between(units["minCapacity"], units["maxCapacity"])) * Decimal("0.1608") * HOURS
        + (kpus + 1) * Decimal("0.11") * HOURS
        + kpus * 50 * Decimal("0.10")
        + draw(between(least, most)) * (Decimal("0.096") + Decimal("0.005")) * HOURS
        + draw(between(1, 3)) * HOURS * Decimal("0.0012")
    )
    return ResourceGraph(resources), usd


@given(scaled_by_themselves())
def test_no_state_of_a_service_that_scales_by_itself_leaves_the_bounds(sampled):
    graph, month_usd = sampled
    found = estimate(graph, basis=Basis(region="us-east-1", declared=True, allowance_share=Decimal(0)))
    assert not found.unpriced
    assert month_usd <= found.worst_case_usd
    assert found.floor_usd <= found.expected_usd <= found.worst_case_usd


@given(st.integers(0, 12), st.integers(300, 3600), st.data())
def test_no_rollout_that_is_held_or_unclear_exceeds_the_worst_case(rollouts, poll_seconds, data):
    """Rollouts follow one another or overlap nothing: each looks on until it is decided, at the latest when its session
    or Step Functions ends it, and no two look on at a time."""
    definition = json.dumps(
        {
            "StartAt": "Move",
            "States": {
                "Move": {"Type": "Task", "Resource": MODIFY_RULE, "Next": "Watch"},
                "Watch": {"Type": "Wait", "Seconds": poll_seconds, "Next": "Look"},
                "Look": {"Type": "Task", "Resource": DESCRIBE_ALARMS, "Next": "Decide"},
                "Decide": {"Type": "Choice", "Choices": [{"Next": "Done"}], "Default": "Watch"},
                "Done": {"Type": "Succeed"},
            },
        }
    )
    graph = ResourceGraph([resource("aws:sfn/stateMachine:StateMachine", {"definition": definition}, "rollout")])
    basis = Basis(
        region="us-east-1",
        declared=True,
        allowance_share=Decimal(0),
        traffic=TrafficBasis(rollouts_per_month=Decimal(rollouts)),
        rollout=RolloutBasis(hold_seconds=(Decimal(6 * 3600), Decimal(0)), poll_seconds=Decimal(poll_seconds)),
    )
    session = HOURS
    if data.draw(st.booleans()):
        session = data.draw(st.integers(1, 24))
        sessions = data.draw(st.integers(rollouts or 1, 30))
        basis = replace(basis, uptime=Uptime(Decimal(sessions), Decimal(session)))
    left, transitions = HOURS * 3600 // poll_seconds, 0
    for _ in range(rollouts):
        looks = data.draw(st.integers(0, min(left, 4000, session * 3600 // poll_seconds)))
        left -= looks
        transitions += 2 + 3 * looks  # Move and Done; Watch, Look and Decide
    found = estimate(graph, basis=basis)
    assert not found.unpriced
    assert transitions * Decimal("0.000025") <= found.worst_case_usd


MODIFY_RULE = "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule"
DESCRIBE_ALARMS = "arn:aws:states:::aws-sdk:cloudwatch:describeAlarms"
