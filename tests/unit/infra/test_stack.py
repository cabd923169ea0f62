"""The three shapes of the stack: dedicated, parked, shared."""

from __future__ import annotations

import json

import pytest

from deployment.graph import ResourceGraph
from workbench.preview.synthesis import synthesize

HOURLY = {
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:wafv2/webAcl:WebAcl",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:autoscaling/group:Group",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/eip:Eip",
}
"""Types billed by the hour or by the prorated month."""


def types(graph: ResourceGraph) -> set[str]:
    return {resource.type for resource in graph}


def root(graph: ResourceGraph):
    (found,) = graph.of_type("plant:infra:PlantApi")
    return found


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_everything_hangs_below_the_root_component(graph, stack):
    whole = graph(stack)
    urn = root(whole).urn
    for resource in whole:
        if resource.type.startswith(("aws:", "plant:components:")):
            parent = resource
            while parent.parent in whole.by_urn and parent.urn != urn:
                parent = whole.by_urn[parent.parent]
            assert parent.urn == urn, resource.urn


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_child_names_start_with_their_component(graph, stack):
    whole = graph(stack)
    for resource in whole:
        if resource.type.startswith("aws:") and whole.component_of(resource):
            assert resource.name.startswith(f"{whole.component_of(resource)}-"), resource.urn


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_every_component_registers_outputs(graph, stack):
    for resource in graph(stack):
        if resource.type.startswith("plant:"):
            assert resource.outputs, resource.urn


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_everything_that_takes_tags_carries_the_cost_allocation_tags(graph, stack):
    import importlib

    import pulumi_aws

    whole = graph(stack)
    for resource in whole:
        package, _, rest = resource.type.partition(":")
        if package != "aws":
            continue
        module = importlib.import_module(f"{pulumi_aws.__name__}.{rest.partition('/')[0]}")
        kind = getattr(module, resource.type.rpartition(":")[2])
        if not isinstance(getattr(kind, "tags", None), property):
            continue
        tags = resource.inputs.get("tags")
        found = {tag["key"]: tag["value"] for tag in tags} if isinstance(tags, list) else tags
        expected = "dev" if stack == "parked" else stack
        assert found["Stack"] == expected, resource.urn
        assert {"Project", "Owner", "CostCenter", "ManagedBy"} <= found.keys(), resource.urn


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_provider_is_pinned_to_the_account_and_region(graph, stack):
    (provider,) = graph(stack).of_type("pulumi:providers:aws")
    assert provider.get("region") == "us-east-1"
    assert json.loads(provider.get("allowedAccountIds")) == ["123456789012"]
    for resource in graph(stack):
        if resource.type.startswith("aws:"):
            assert str(resource.options.get("provider", "")).startswith(provider.urn), resource.urn


def test_parked_stack_has_nothing_that_bills_by_the_hour(graph):
    assert types(graph("parked")) & HOURLY == set()
    assert types(graph("dev")) & HOURLY >= {"aws:lb/loadBalancer:LoadBalancer", "aws:wafv2/webAcl:WebAcl"}


def test_parked_stack_keeps_what_is_free_and_what_can_not_be_made_again(graph):
    kept = types(graph("parked"))
    assert kept >= {
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "aws:ec2/vpc:Vpc",
        "aws:lb/targetGroup:TargetGroup",
        "aws:appconfig/application:Application",
        "aws:budgets/budget:Budget",
        "aws:scheduler/schedule:Schedule",
        "aws:ssm/parameter:Parameter",
    }


def test_parking_and_unparking_leaves_the_urns_of_what_stays(graph):
    running = {resource.urn for resource in graph("dev")}
    assert {resource.urn for resource in graph("parked")} <= running


def test_shared_stack_owns_no_network_front_door_cache_or_key(graph):
    assert not types(graph("prod")) & {
        "aws:ec2/vpc:Vpc",
        "aws:ec2/subnet:Subnet",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/listener:Listener",
        "aws:wafv2/webAcl:WebAcl",
        "aws:elasticache/serverlessCache:ServerlessCache",
        "aws:kms/key:Key",
    }


def test_shared_stack_adds_its_rules_to_the_platforms_listener(graph):
    rules = graph("prod").of_type("aws:lb/listenerRule:ListenerRule")
    assert {rule.get("listenerArn").rpartition("listener/")[2].partition("/")[0] for rule in rules} == {"app"}
    assert len(rules) == 2 + 1 + 5  # routes, the maintenance page, page sizes


def test_cost_basis_tells_the_estimate_what_no_resource_says(graph):
    basis = root(graph("dev")).get("costBasis")
    assert basis["version"] == 1
    assert basis["budget"] == {"monthlyLimitUsd": "5.00", "allowances": "1"}
    assert basis["uptime"] == {
        "parked": False,
        "sessionsPerMonth": 10,
        "hoursPerSession": "1.25",
        "leadMinutes": 10,
        "lateMinutes": 10,
        "deletionMinutes": 10,
        "reaper": "plant-reaper-session-end",
    }
    assert set(basis["usage"]) == {
        "monthlyRequests",
        "peakRequestsPerSecond",
        "requestKb",
        "responseKb",
        "newConnectionsPerRequest",
        "applicationLogKbPerRequest",
        "blockedRequestRatio",
        "cacheDataGb",
        "cacheKbPerRequest",
        "rolloutsPerMonth",
        "noticesPerMonth",
        "subscribers",
    }


def test_cost_basis_tells_how_long_a_rollout_takes(graph):
    assert root(graph("dev")).get("costBasis")["rollout"] == {
        "steps": [
            {"percent": 10, "holdSeconds": 6 * 3600},
            {"percent": 50, "holdSeconds": 12 * 3600},
            {"percent": 100, "holdSeconds": 0},
        ],
        "pollSeconds": 300,
        "startLooks": 40,
    }


def test_declared_reaper_is_an_enabled_schedule_of_a_workflow_of_the_graph(graph):
    whole = graph("dev")
    name = root(whole).get("costBasis")["uptime"]["reaper"]
    (schedule,) = [found for found in whole.of_type("aws:scheduler/schedule:Schedule") if found.name == name]
    assert schedule.get("state") == "ENABLED"
    assert whole.referenced(schedule, "target.arn", "aws:sfn/stateMachine:StateMachine")


def test_always_on_stack_declares_no_reaper_and_no_sessions():
    deployment = synthesize("dev", overrides={"plant:uptime.schedule": "always-on"})
    states = deployment["deployment"]["resources"]
    (basis,) = [state["outputs"]["costBasis"] for state in states if state["type"] == "plant:infra:PlantApi"]
    assert basis["uptime"]["reaper"] is None
    assert not [state for state in states if state["type"] == "plant:components:Reaper"]


def test_program_makes_no_look_up(graph):
    # The recorder raises on every invoke and read; a graph is proof enough. This asserts that there is one.
    assert len(graph("dev")) > 100


@pytest.mark.parametrize(("hours", "warned"), [("3", True), ("20", False)])
def test_rollout_longer_than_a_session_is_told(caplog, hours, warned):
    overrides = {"plant:uptime.hours_per_session": hours, "plant:uptime.session_start": "02:00"}
    with caplog.at_level("INFO"):
        synthesize("dev", overrides=overrides)
    assert ("a rollout takes 18 h" in caplog.text) is warned


@pytest.mark.parametrize(("requests", "warned"), [("100000", True), ("100000000", False)])
def test_a_step_that_waits_for_requests_is_told(caplog, requests, warned):
    with caplog.at_level("INFO"):
        synthesize("prod", overrides={"plant:usage.monthly_requests": requests})
    assert ("10 % lasts 14.8 h (declared: 6 h)" in caplog.text) is warned
