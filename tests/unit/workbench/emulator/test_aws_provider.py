"""The provider as a real engine drives it: what it keeps apart without being told of replacements or interruptions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from faults.kinds import LOSSES
from pulumi.provider.experimental import provider as rpc

from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.pulumi_provider import AwsProvider, plain_map, wrapped_map
from workbench.emulator.world import embedded_aws

VPC, RULE = "aws:ec2/vpc:Vpc", "aws:cloudwatch/eventRule:EventRule"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
OLD, NEW = {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"}


@pytest.fixture
def lifecycle() -> Iterator[Lifecycle]:
    with embedded_aws() as api:
        yield Lifecycle(api)


def urn(token: str) -> str:
    return f"urn:pulumi:dev::p::{token}::x"


def check(provider: AwsProvider, token: str, old: dict[str, Any], new: dict[str, Any], seed: bytes) -> dict[str, Any]:
    request = rpc.CheckRequest(urn(token), wrapped_map(old), wrapped_map(new), seed)
    return plain_map(asyncio.run(provider.check(request)).inputs or {})


def create(provider: AwsProvider, token: str, inputs: dict[str, Any]) -> Any:
    return asyncio.run(provider.create(rpc.CreateRequest(urn(token), wrapped_map(inputs), 0, preview=False)))


def diff(provider: AwsProvider, token: str, made: Any, new: dict[str, Any]) -> Any:
    request = rpc.DiffRequest(urn(token), made.resource_id, made.properties, wrapped_map(new), [])
    return asyncio.run(provider.diff(request))


def test_a_successor_is_made_and_its_predecessor_not_taken_for_it(lifecycle: Lifecycle) -> None:
    first = create(AwsProvider(lifecycle), VPC, OLD)
    later = AwsProvider(lifecycle)  # another run
    assert diff(later, VPC, first, NEW).replaces == ["cidrBlock"]
    assert create(later, VPC, NEW).resource_id != first.resource_id


def test_a_name_may_hold_what_urns_are_divided_by(lifecycle: Lifecycle) -> None:
    named = f"{urn(VPC)}::y$z"
    provider = AwsProvider(lifecycle)
    made = asyncio.run(provider.create(rpc.CreateRequest(named, wrapped_map(OLD), 0, preview=False)))
    request = rpc.ReadRequest(named, made.resource_id, made.properties, wrapped_map(OLD))
    assert asyncio.run(provider.read(request)).resource_id == made.resource_id


def test_a_policy_that_somebody_changed_is_read_as_text(lifecycle: Lifecycle) -> None:
    allowed = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    token, policy = "aws:iam/role:Role", {"Version": "2012-10-17", "Statement": [allowed]}
    made = create(AwsProvider(lifecycle), token, {"name": "role", "assumeRolePolicy": json.dumps(policy)})
    policy["Statement"] = [{**allowed, "Principal": {"AWS": "*"}}]
    lifecycle.api.call("iam", "update_assume_role_policy", RoleName="role", PolicyDocument=json.dumps(policy))
    found = lifecycle.read(token, urn(token), made.resource_id, plain_map(made.properties))
    assert found is not None and json.loads(found["assumeRolePolicy"]) == policy


def test_what_an_interrupted_run_made_is_taken_over(lifecycle: Lifecycle) -> None:
    def lose(record: Any) -> None:
        if record.operation == "create_vpc":
            lifecycle.api.on_answer = None
            raise LOSSES[0].error(record)

    lifecycle.api.on_answer = lose
    with pytest.raises(Exception, match="Read timeout"):
        create(AwsProvider(lifecycle), VPC, OLD)
    made = create(AwsProvider(lifecycle), VPC, OLD)
    vpcs = [item["VpcId"] for item in lifecycle.api.call("ec2", "describe_vpcs")["Vpcs"] if not item["IsDefault"]]
    assert vpcs == [made.resource_id]


def test_a_generated_name_is_the_same_in_the_next_run_and_another_for_a_successor(lifecycle: Lifecycle) -> None:
    inputs = {"eventPattern": "{}"}
    names = {check(AwsProvider(lifecycle), RULE, {}, inputs, seed)["name"] for seed in (b"1", b"2")}
    assert len(names) == 1
    made = create(AwsProvider(lifecycle), RULE, {**inputs, "name": names.copy().pop()})
    provider = AwsProvider(lifecycle)
    kept = check(provider, RULE, {**inputs, "name": "old"}, inputs, b"3")["name"]
    diff(provider, RULE, made, inputs)
    successor = check(provider, RULE, {}, inputs, b"3")["name"]
    assert kept == "old"
    assert successor not in names


def test_a_resource_of_which_the_engine_named_no_id_is_not_looked_for(lifecycle: Lifecycle) -> None:
    first = create(AwsProvider(lifecycle), VPC, OLD)
    provider = AwsProvider(lifecycle)
    check(provider, VPC, OLD, OLD, b"")  # a trigger replaces it: the engine asks for no difference
    assert create(provider, VPC, OLD).resource_id != first.resource_id


def test_rules_of_a_group_are_read_whoever_made_them(lifecycle: Lifecycle) -> None:
    provider, api = AwsProvider(lifecycle), lifecycle.api
    given = {"name": "group", "description": "one", "vpcId": create(provider, VPC, OLD).resource_id}
    group = create(provider, SECURITY_GROUP, given)
    state = plain_map(group.properties)
    assert (state["ingress"], state["egress"]) == ([], [])
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    api.call("ec2", "authorize_security_group_ingress", GroupId=group.resource_id, IpPermissions=[ssh])
    found = lifecycle.read(SECURITY_GROUP, urn(SECURITY_GROUP), group.resource_id, state)
    assert found is not None and found["egress"] == []
    [rule] = found["ingress"]
    wanted = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    assert {key: rule[key] for key in wanted} == wanted


def test_rules_that_a_group_declares_stay_as_declared(lifecycle: Lifecycle) -> None:
    provider = AwsProvider(lifecycle)
    rule = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/16"]}
    vpc = create(provider, VPC, OLD).resource_id
    given = {"name": "group", "description": "one", "vpcId": vpc, "ingress": [rule]}
    group = create(provider, SECURITY_GROUP, given)
    found = lifecycle.read(SECURITY_GROUP, urn(SECURITY_GROUP), group.resource_id, plain_map(group.properties))
    assert found is not None and found["ingress"] == [rule]
