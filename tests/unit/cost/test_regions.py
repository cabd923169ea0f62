"""Stacks of other Regions, worked out by hand from AWS's price lists; 730 hours, no allowance."""

from __future__ import annotations

from decimal import Decimal

import pytest

from deployment.graph import Resource

TASK = "aws:ecs/taskDefinition:TaskDefinition"
SERVICE = "aws:ecs/service:Service"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"


def one(token, name, **inputs):
    refers = {"taskDefinition": (f"urn:pulumi:d::p::{TASK}::task",)} if token == SERVICE else {}
    urn = f"urn:pulumi:d::p::{token}::{name}"
    return Resource(urn, token, name, inputs, {"id": f"{name}-id"}, property_dependencies=refers)


def fargate(count, cpu, memory, processor="X86_64", public=False):
    """A service of `count` tasks."""
    return (
        one(TASK, "task", cpu=cpu, memory=memory, runtimePlatform={"cpuArchitecture": processor}),
        one(
            SERVICE,
            "web",
            launchType="FARGATE",
            taskDefinition="task-id",
            desiredCount=count,
            networkConfiguration={"assignPublicIp": public},
        ),
    )


ZONES = one(BALANCER, "front", subnets=["a", "b"])
DATABASE = {"engine": "postgres", "instanceClass": "db.t4g.micro", "allocatedStorage": 20, "storageType": "gp3"}
GATEWAY = one("aws:ec2/natGateway:NatGateway", "out", connectivityType="private")


@pytest.mark.parametrize(
    ("region", "resources", "usd"),
    [
        pytest.param(
            "us-east-2",
            (*fargate(2, "256", "512", "ARM64"), ZONES, GATEWAY, one("aws:rds/instance:Instance", "db", **DATABASE)),
            # 730 x (2 x (.25 x .03238 + .5 x .00356) + .0225 + 2 x .005 + .045 + .016) + 20 x .115
            "84.9725",
            id="Ohio",
        ),
        pytest.param(
            "us-west-2",
            (*fargate(1, "2048", "4096", "ARM64", public=True), ZONES),
            "85.045",  # 730 x (2 x .03238 + 4 x .00356 + .0225 + 3 x .005)
            id="Oregon",
        ),
        pytest.param(
            "eu-central-1",
            (*fargate(2, "256", "512", public=True), ZONES),
            "55.0347",  # 730 x (2 x (.25 x .04656 + .5 x .00511) + .027 + 4 x .005)
            id="Frankfurt",
        ),
        pytest.param(
            "eu-central-1",
            (one("aws:ec2/eip:Eip", "address"), one("aws:ec2/natGateway:NatGateway", "out", allocationId="address-id")),
            "41.61",  # 730 x (.052 + .005)
            id="Frankfurt: a NAT gateway with its address",
        ),
        pytest.param(
            "eu-west-1",
            (
                *fargate(2, "256", "512", "ARM64"),
                ZONES,
                one("aws:ebs/volume:Volume", "disk", size=100, type="gp3"),
                one("aws:ec2/vpcEndpoint:VpcEndpoint", "door", vpcEndpointType="Interface", subnetIds=["a", "b"]),
                one(
                    "aws:rds/instance:Instance",
                    "db",
                    engine="mysql",
                    engineVersion="8.4",  # in standard support: what it is charged later has no price here
                    instanceClass="db.t3.medium",
                    allocatedStorage=20,
                ),
            ),
            # 730 x (2 x (.25 x .03238 + .5 x .00356) + .0252 + 2 x .005 + 2 x .011 + .072) + 100 x .088 + 20 x .127
            "120.0735",
            id="Ireland",
        ),
        pytest.param(
            "us-west-2",
            (one("aws:eks/cluster:Cluster", "pods", version="1.35"),),
            "73.00",
            id="Oregon: a cluster in standard support, without a price of extended support",
        ),
    ],
)
def test_what_runs_all_month_costs_what_its_region_charges(region, resources, usd, price, make_basis):
    found = price(*resources, basis=make_basis(region=region, monthly_requests=0))
    assert not found.unpriced
    assert found.floor_usd.quantize(Decimal("0.0001")) == Decimal(usd)


@pytest.mark.parametrize(
    ("region", "token", "inputs", "usage", "usd"),
    [
        # 333M x 3.50 and 667M x 3.19
        ("eu-west-1", "aws:apigateway/restApi:RestApi", {}, {"monthly_requests": 10**9}, "3293.23"),
        ("eu-west-1", "aws:sqs/queue:Queue", {}, {"monthly_requests": 5_000_000}, "2.00"),
        # 100 GB x .57, and 30 x .03
        (
            "eu-west-1",
            "aws:cloudwatch/logGroup:LogGroup",
            {},
            {"monthly_data_ingested_gb": 100, "storage_gb": 30},
            "57.90",
        ),
        (
            "eu-central-1",
            "aws:cloudwatch/logGroup:LogGroup",
            {},
            {"monthly_data_ingested_gb": 100, "storage_gb": 30},
            "63.972",
        ),
        # 10M reads and writes, 10 GB: 1.525 + 7.625 + 3.06
        (
            "eu-central-1",
            "aws:dynamodb/table:Table",
            {"billingMode": "PAY_PER_REQUEST"},
            {"monthly_read_request_units": 10**7, "monthly_write_request_units": 10**7, "storage_gb": 10},
            "12.21",
        ),
        # 3M invocations of 120 ms with 1.5 GB: .60 and 540,000 GB-s
        (
            "us-east-2",
            "aws:lambda/function:Function",
            {"memorySize": 1536},
            {"monthly_requests": 3_000_000, "request_duration_ms": 120},
            "9.600018",
        ),
        ("us-west-2", "aws:secretsmanager/secret:Secret", {}, {"monthly_requests": 20_000}, "0.50"),
    ],
)
def test_what_is_used_costs_what_its_region_charges(region, token, inputs, usage, usd, price, make_basis):
    found = price(one(token, "it", **inputs), basis=make_basis(region=region, monthly_requests=0), usage=usage)
    assert not found.unpriced
    assert found.expected_usd == Decimal(usd)


@pytest.mark.parametrize("region", ["us-east-2", "us-west-2", "eu-central-1", "eu-west-1", "ap-south-1", "sa-east-1"])
def test_surplus_credits_cost_the_same_in_every_region(region, price, make, make_basis):
    inputs = {"instanceType": "t3.micro", "associatePublicIpAddress": False, "ami": "al2023"}
    found = price(make("aws:ec2/instance:Instance", inputs), basis=make_basis(region=region))
    assert "ec2/cpu_credit.t3" not in found.lacking.get(region, ())


@pytest.mark.parametrize(
    ("token", "inputs", "usd"),
    [
        ("aws:route53/zone:Zone", {"name": "example.com"}, "0.50"),
        ("aws:cloudfront/distribution:Distribution", {"enabled": True}, "9.50"),  # 100 x .085 + 1 of requests
        ("aws:globalaccelerator/accelerator:Accelerator", {}, "27.05"),  # 730 x (.025 + 2 x .005) + 100 x .015
    ],
)
@pytest.mark.parametrize("region", [None, "sa-east-1"])
def test_what_costs_the_same_everywhere_needs_no_region(price, make, make_basis, token, inputs, usd, region):
    found = price(make(token, inputs), basis=make_basis(region=region, monthly_requests=0, declared=False))
    assert not found.unpriced
    assert found.expected_usd == Decimal(usd)
