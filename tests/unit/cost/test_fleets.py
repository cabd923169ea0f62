"""Fleets: sizes, terms and what instances carry; worked by hand from the price rows named beside each figure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cost.basis import Basis, RolloutBasis
from cost.rollouts import hours_of_one, hours_per_month, looks_of_one
from cost.scope import Pricing
from cost.uptime import ALWAYS_ON, Uptime
from deployment.graph import ResourceGraph
from deployment.unknown import UNKNOWN

NANO, NANO_SPOT = Decimal("0.0042"), Decimal("0.00162")
MICRO, MICRO_SPOT = Decimal("0.0084"), Decimal("0.0036")
GROUP = "aws:autoscaling/group:Group"


@pytest.fixture
def fleet(make, price):
    """`fleet(distribution, template, **group)`: the estimate of a group of 1, 2 or 4 instances."""

    def priced(distribution=None, template=None, types=("t4g.nano", "t4g.micro"), **group):
        launch = make(
            "aws:ec2/launchTemplate:LaunchTemplate",
            {
                "instanceType": "t4g.nano",
                "creditSpecification": {"cpuCredits": "standard"},
                "blockDeviceMappings": [{"ebs": {"volumeSize": 10, "volumeType": "gp3"}}],
                **(template or {}),
            },
        )
        inputs = {"minSize": 1, "desiredCapacity": 2, "maxSize": 4, **group}
        if distribution is None:
            inputs["launchTemplate"] = {"id": launch.outputs["id"]}
        else:
            inputs["mixedInstancesPolicy"] = {
                "instancesDistribution": distribution,
                "launchTemplate": {
                    "launchTemplateSpecification": {"launchTemplateId": launch.outputs["id"]},
                    "overrides": [{"instanceType": each} for each in types],
                },
            }
        return price(launch, make(GROUP, inputs))

    return priced


def usd(found, item, figure="monthly_usd"):
    return sum((getattr(line, figure) for line in found.lines if line.item.startswith(item)), Decimal(0))


def test_a_plain_group_has_floor_expected_and_worst_case_by_its_sizes(fleet):
    found = fleet()
    hours = NANO * 730
    line = next(line for line in found.lines if line.item.startswith("Instances"))
    assert (line.floor_usd, line.monthly_usd, line.worst_case_usd) == (hours, 2 * hours, 4 * hours)


def test_a_group_of_no_instances_costs_nothing(fleet):
    found = fleet(minSize=0, desiredCapacity=0, maxSize=0)
    assert found.expected_usd == found.worst_case_usd == 0


def test_without_a_desired_size_the_smallest_is_expected(fleet):
    assert usd(fleet(desiredCapacity=None), "Instances") == NANO * 730


def test_on_demand_base_and_spot_share_are_split_as_the_group_splits_them(fleet):
    found = fleet(
        {
            "onDemandBaseCapacity": 1,
            "onDemandPercentageAboveBaseCapacity": 0,
            "spotAllocationStrategy": "price-capacity-optimized",
        }
    )
    assert usd(found, "Instances on demand (t4g.nano)") == NANO * 730
    assert usd(found, "Instances on spot (mean of 2 types)") == (NANO_SPOT + MICRO_SPOT) / 2 * 730


def test_the_worst_case_is_the_dearest_type_on_demand(fleet):
    found = fleet({"onDemandBaseCapacity": 0, "onDemandPercentageAboveBaseCapacity": 0})
    assert usd(found, "Instances", "worst_case_usd") == 0
    assert usd(found, "Worst case", "worst_case_usd") == MICRO * 4 * 730


@pytest.mark.parametrize(
    ("distribution", "hourly"),
    [
        pytest.param({"spotMaxPrice": "0.005", "onDemandPercentageAboveBaseCapacity": 0}, "0.005", id="all spot"),
        pytest.param({"spotMaxPrice": "0.005", "onDemandPercentageAboveBaseCapacity": 50}, "0.0084", id="half spot"),
        pytest.param(
            {"spotMaxPrice": "0.005", "onDemandBaseCapacity": 1, "onDemandPercentageAboveBaseCapacity": 0},
            "0.0084",
            id="one on demand",
        ),
        pytest.param(
            {"spotMaxPrice": "1", "onDemandPercentageAboveBaseCapacity": 0}, "0.0084", id="bid above on-demand"
        ),
    ],
)
def test_a_spot_bid_caps_the_worst_case_only_of_a_group_that_is_all_spot(fleet, distribution, hourly):
    assert usd(fleet(distribution), "Worst case", "worst_case_usd") == Decimal(hourly) * 4 * 730


@pytest.mark.parametrize(
    ("strategy", "hourly"),
    [
        ("lowest-price", Decimal("0.0012")),  # the cheapest zone
        ("capacity-optimized-prioritized", MICRO_SPOT),
        ("price-capacity-optimized", (NANO_SPOT + MICRO_SPOT) / 2),
    ],
)
def test_expected_spot_price_follows_the_allocation_strategy(fleet, strategy, hourly):
    found = fleet(
        {"onDemandPercentageAboveBaseCapacity": 0, "spotAllocationStrategy": strategy}, types=("t4g.micro", "t4g.nano")
    )
    assert usd(found, "Instances on spot") == hourly * 2 * 730


def test_a_spot_price_that_nobody_knows_is_the_on_demand_price(fleet):
    found = fleet({"onDemandPercentageAboveBaseCapacity": 0}, types=("m7g.large",))
    assert usd(found, "Instances on spot (m7g.large") == Decimal("0.0816") * 2 * 730


def test_instances_carry_volumes_addresses_and_detailed_monitoring(fleet):
    found = fleet(
        template={"monitoring": {"enabled": True}, "networkInterfaces": [{"associatePublicIpAddress": "true"}]}
    )
    assert usd(found, "Instance volume (gp3)") == 2 * 10 * Decimal("0.08")
    assert usd(found, "Public IPv4 addresses of instances") == 2 * Decimal("3.65")
    assert usd(found, "Detailed monitoring") == 2 * Decimal("2.10")


def test_unlimited_credits_show_in_the_worst_case_only(fleet):
    found = fleet(template={"creditSpecification": {"cpuCredits": "unlimited"}})
    assert usd(found, "Surplus CPU credits") == 0
    assert usd(found, "Surplus CPU credits", "worst_case_usd") == 4 * 2 * 730 * Decimal("0.04")


def test_a_stopped_warm_pool_pays_for_its_volumes(fleet):
    found = fleet(warmPool={"minSize": 2, "poolState": "Stopped", "maxGroupPreparedCapacity": 3})
    assert usd(found, "Warm pool volume") == 2 * 10 * Decimal("0.08")
    assert usd(found, "Warm pool, running") == 0


def test_a_running_warm_pool_pays_for_instances_too(fleet):
    assert usd(fleet(warmPool={"minSize": 2, "poolState": "Running"}), "Warm pool, running") == 2 * NANO * 730


def test_a_launch_configuration_has_detailed_monitoring_by_default(make, price):
    launch = make("aws:ec2/launchConfiguration:LaunchConfiguration", {"instanceType": "m7g.large", "imageId": "ami-1"})
    group = make(GROUP, {"minSize": 1, "maxSize": 1, "launchConfiguration": launch.outputs["id"]})
    found = price(launch, group)
    assert usd(found, "Detailed monitoring") == Decimal("2.10")
    assert usd(found, "Instance volume (gp2, size assumed)") == Decimal("0.80")


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        pytest.param({"minSize": 1, "maxSize": 1}, "launch template isn't in the graph", id="no template"),
        pytest.param(
            {"minSize": "many", "maxSize": 1, "launchTemplate": {"id": "launchtemplate-id"}},
            "minSize",
            id="size that is no number",
        ),
    ],
)
def test_a_group_that_cannot_be_priced_says_why(make, price, inputs, reason):
    template = make("aws:ec2/launchTemplate:LaunchTemplate", {"instanceType": "t4g.nano"})
    found = price(template, make(GROUP, inputs))
    assert [reason in entry.reason for entry in found.unpriced] == [True]


@pytest.mark.parametrize(
    ("architecture", "vcpu", "gigabyte"),
    [("X86_64", "0.04048", "0.004445"), ("ARM64", "0.03238", "0.00356")],
)
def test_fargate_tasks_are_priced_by_vcpu_and_memory(make, price, architecture, vcpu, gigabyte):
    task = make(
        "aws:ecs/taskDefinition:TaskDefinition",
        {"cpu": "512", "memory": "1024", "runtimePlatform": {"cpuArchitecture": architecture}},
        outputs={"arn": "arn:task"},
    )
    service = make(
        "aws:ecs/service:Service", {"launchType": "FARGATE", "taskDefinition": "arn:task", "desiredCount": 3}
    )
    found = price(task, service)
    assert usd(found, "Fargate tasks: vCPU") == Decimal(vcpu) * 3 * Decimal("0.5") * 730
    assert usd(found, "Fargate tasks: Memory") == Decimal(gigabyte) * 3 * 730


def test_a_scaling_target_bounds_the_tasks_of_a_service(make, price):
    task = make(
        "aws:ecs/taskDefinition:TaskDefinition", {"cpu": "1 vCPU", "memory": "2 GB"}, outputs={"arn": "arn:task"}
    )
    service = make(
        "aws:ecs/service:Service",
        {"name": "web", "launchType": "FARGATE", "taskDefinition": "arn:task", "desiredCount": 2},
    )
    target = make(
        "aws:appautoscaling/target:Target",
        {
            "resourceId": "service/main/web",
            "scalableDimension": "ecs:service:DesiredCount",
            "minCapacity": 1,
            "maxCapacity": 10,
        },
    )
    line = next(line for line in price(task, service, target).lines if "vCPU" in line.item)
    each = Decimal("0.04048") * 730
    assert (line.floor_usd, line.monthly_usd, line.worst_case_usd) == (each, 2 * each, 10 * each)


@pytest.mark.parametrize(
    ("group", "beyond"),
    [
        pytest.param({"vpcZoneIdentifiers": ["a", "b"]}, 1, id="two zones: one instance at least"),
        pytest.param({"vpcZoneIdentifiers": ["a"]}, 0, id="one zone"),
        pytest.param({"vpcZoneIdentifiers": UNKNOWN}, 1, id="zones that aren't known yet"),
        pytest.param({"availabilityZones": ["a", "b"], "suspendedProcesses": ["AZRebalance"]}, 0, id="suspended"),
        pytest.param({"capacityRebalance": True}, 1, id="spot instances at risk"),
        pytest.param({"capacityRebalance": True, "maxSize": 25}, 3, id="a tenth, rounded up"),
        pytest.param({"instanceMaintenancePolicy": {"maxHealthyPercentage": 200}}, 4, id="as many again"),
        pytest.param(
            {"instanceRefresh": {"preferences": {"maxHealthyPercentage": "150"}}}, 2, id="half as many in a refresh"
        ),
        pytest.param({"instanceMaintenancePolicy": {"maxHealthyPercentage": -1}}, 0, id="no policy"),
        pytest.param(
            {"instanceRefresh": {"preferences": {"minHealthyPercentage": 100}}}, 1, id="a refresh that misses none"
        ),
        pytest.param(
            {"vpcZoneIdentifiers": ["a", "b"], "minSize": 0, "desiredCapacity": 0, "maxSize": 0}, 0, id="none"
        ),
    ],
)
def test_the_worst_case_counts_what_auto_scaling_launches_before_it_terminates(fleet, group, beyond):
    most = group.get("maxSize", 4)
    assert usd(fleet(**group), "Instances", "worst_case_usd") == (most + beyond) * NANO * 730


def test_it_is_no_part_of_what_is_expected(fleet):
    assert fleet(capacityRebalance=True).expected_usd == fleet().expected_usd


def test_a_rollout_goes_on_over_sessions_for_no_longer_than_all_of_them(price):
    basis = Basis(
        region="us-east-1",
        declared=True,
        uptime=Uptime(sessions=Decimal(4), hours_per_session=Decimal(2)),
        rollout=RolloutBasis((Decimal(21600), Decimal(0)), poll_seconds=Decimal(300)),
    )
    pricing = Pricing(ResourceGraph([]), basis)
    assert (hours_of_one(pricing), looks_of_one(pricing), hours_per_month(pricing)) == (6, 72, 8)
    always = Pricing(ResourceGraph([]), replace(basis, uptime=ALWAYS_ON))
    assert (hours_of_one(always), looks_of_one(always), hours_per_month(always)) == (6, 72, 12)
