"""The small engine: resource options as the real engine takes them, and what an interrupted run left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from faults.kinds import LOSSES, REFUSALS, Fault

from deployment.errors import InputError
from deployment.values import SECRET_SIGNATURE, SIGNATURE_KEY
from workbench.emulator.api import Api
from workbench.emulator.deploy import Deployer, DeployError, Outcome
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.world import embedded_aws

TOPIC, GROUP = "aws:sns/topic:Topic", "aws:cloudwatch/logGroup:LogGroup"
FILTER, KEY, ROLE = "aws:cloudwatch/logMetricFilter:LogMetricFilter", "aws:kms/key:Key", "aws:iam/role:Role"
VPC, SUBNET, APPLICATION = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:appconfig/application:Application"
FIREWALL, ASSOCIATION = "aws:wafv2/webAcl:WebAcl", "aws:wafv2/webAclAssociation:WebAclAssociation"
CERTIFICATE, GATEWAY = "aws:acm/certificate:Certificate", "aws:ec2/internetGateway:InternetGateway"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
NOT_SENT, LOST = REFUSALS[3], LOSSES[0]


@pytest.fixture
def deployer() -> Iterator[Deployer]:
    with embedded_aws() as api:
        yield Deployer(Lifecycle(api))


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::p::{token}::{name}"


def resource(token: str, name: str, inputs: dict[str, Any], **options: Any) -> dict[str, Any]:
    entry = {"urn": urn(token, name), "type": token, "custom": True, "id": f"standin-{name}-0", "inputs": inputs}
    return {**entry, "outputs": inputs, **options}


def deploy(deployer: Deployer, *resources: dict[str, Any]) -> Outcome:
    return deployer.deploy({"deployment": {"resources": list(resources)}})


def topics(deployer: Deployer) -> list[str]:
    found = deployer.lifecycle.api.call("sns", "list_topics")["Topics"]
    return sorted(topic["TopicArn"].rsplit(":", 1)[-1] for topic in found)


def calls(deployer: Deployer, *operations: str) -> list[str]:
    return [record.operation for record in deployer.lifecycle.api.calls if record.operation in operations]


def fail_once(api: Api, operation: str, fault: Fault) -> None:
    """Let the next call of an operation go wrong."""

    def fail(record: Any) -> None:
        if record.operation == operation:
            api.on_call = api.on_answer = None
            raise fault.error(record)

    api.on_answer = fail if fault.after else None
    api.on_call = None if fault.after else fail


# --- options ------------------------------------------------------------------------------------------------------


def test_what_is_protected_is_not_deleted(deployer: Deployer) -> None:
    deploy(deployer, resource(TOPIC, "t", {"name": "t"}, protect=True))
    with pytest.raises(DeployError, match=r"Topic t: delete: it is protected.*unprotect"):
        deployer.destroy()
    with pytest.raises(DeployError, match="protected"):
        deploy(deployer)
    assert topics(deployer) == ["t"]
    deployer.unprotect()
    assert deployer.destroy().actions["delete"] == 1
    assert topics(deployer) == []


def test_what_is_protected_is_not_replaced_unless_the_program_lets_go_of_it(deployer: Deployer) -> None:
    deploy(deployer, resource(TOPIC, "t", {"name": "t"}, protect=True))
    with pytest.raises(DeployError, match="replace: it is protected"):
        deploy(deployer, resource(TOPIC, "t", {"name": "u"}, protect=True))
    assert topics(deployer) == ["t"]
    assert deploy(deployer, resource(TOPIC, "t", {"name": "u"})).actions == {"replace": 1}
    assert topics(deployer) == ["u"]


def test_protection_that_the_program_takes_off_is_off(deployer: Deployer) -> None:
    deploy(deployer, resource(TOPIC, "t", {"name": "t"}, protect=True))
    assert deploy(deployer, resource(TOPIC, "t", {"name": "t"})).actions == {"same": 1}
    deployer.destroy()
    assert topics(deployer) == []


def test_what_is_to_be_retained_is_forgotten_and_stays(deployer: Deployer) -> None:
    deploy(deployer, resource(TOPIC, "t", {"name": "t"}, retainOnDelete=True))
    deployer.destroy()
    assert deployer.state.entries == {}
    assert topics(deployer) == ["t"]


def test_what_goes_with_another_is_not_deleted_by_itself(deployer: Deployer) -> None:
    group = resource(GROUP, "g", {"name": "g"})
    part = resource(
        FILTER,
        "f",
        {"name": "f", "logGroupName": "g", "pattern": "x", "metricTransformation": METRIC},
        dependencies=[group["urn"]],
        deletedWith=group["urn"],
    )
    deploy(deployer, group, part)
    deployer.destroy()
    assert calls(deployer, "delete_metric_filter", "delete_log_group") == ["delete_log_group"]


METRIC = {"name": "m", "namespace": "n", "value": "1"}


@pytest.mark.parametrize("first", [False, True], ids=["create first", "delete first"])
def test_a_replacement_comes_before_or_after_the_deletion(deployer: Deployer, first: bool) -> None:
    def stack(name: str) -> list[dict[str, Any]]:
        group = resource(GROUP, "g", {"name": name}, deleteBeforeReplace=first)
        inputs = {"name": "f", "logGroupName": name, "pattern": "x", "metricTransformation": METRIC}
        needs = {"dependencies": [group["urn"]], "propertyDependencies": {"logGroupName": [group["urn"]]}}
        return [group, resource(FILTER, "f", inputs, **needs)]

    deploy(deployer, *stack("g"))
    deployer.lifecycle.api.calls.clear()
    assert deploy(deployer, *stack("h")).actions == {"replace": 2}
    names = ("create_log_group", "delete_log_group", "put_metric_filter", "delete_metric_filter")
    before = ["delete_metric_filter", "delete_log_group", "create_log_group", "put_metric_filter"]
    after = ["create_log_group", "put_metric_filter", "delete_metric_filter", "delete_log_group"]
    assert calls(deployer, *names) == (before if first else after)


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        pytest.param({"v": 1}, {"v": 2}, "replace", id="another value"),
        pytest.param({"v": 1}, {"v": 1}, "same", id="the same value"),
        pytest.param(None, {"v": 1}, "same", id="a new trigger"),
        pytest.param({"v": 1}, None, "same", id="no trigger any more"),
    ],
)
def test_a_trigger_replaces_when_its_value_changes(deployer: Deployer, before: Any, after: Any, action: str) -> None:
    deploy(deployer, resource(TOPIC, "t", {}, replacementTrigger=before))
    name = topics(deployer)
    assert deploy(deployer, resource(TOPIC, "t", {}, replacementTrigger=after)).actions == {action: 1}
    assert len(topics(deployer)) == 1
    assert (topics(deployer) != name) == (action == "replace")


def test_a_resource_is_replaced_with_another(deployer: Deployer) -> None:
    def stack(name: str) -> list[dict[str, Any]]:
        first = resource(TOPIC, "a", {"name": name})
        return [first, resource(TOPIC, "b", {}, replaceWith=[first["urn"]])]

    deploy(deployer, *stack("a"))
    assert deploy(deployer, *stack("a")).actions == {"same": 2}
    assert deploy(deployer, *stack("c")).actions == {"replace": 2}


def test_a_change_that_the_program_wants_to_replace_replaces(deployer: Deployer) -> None:
    deploy(deployer, resource(TOPIC, "t", {"displayName": "x"}))
    changed = resource(TOPIC, "t", {"displayName": "y"}, replaceOnChanges=["displayName"])
    assert deploy(deployer, changed).actions == {"replace": 1}


def test_a_successor_gets_a_name_of_its_own_and_keeps_it(deployer: Deployer) -> None:
    deploy(deployer, resource(TOPIC, "t", {}))
    first = topics(deployer)
    deploy(deployer, resource(TOPIC, "t", {"displayName": "x"}, replaceOnChanges=["*"]))
    second = topics(deployer)
    assert first != second
    deploy(deployer, resource(TOPIC, "t", {"displayName": "y"}))
    assert topics(deployer) == second


def test_an_update_that_no_call_carries_is_an_error_and_not_silence(deployer: Deployer) -> None:
    deploy(deployer, resource(APPLICATION, "a", {"name": "a"}), resource(VPC, "v", {"cidrBlock": "10.0.0.0/16"}))
    changed = resource(VPC, "v", {"cidrBlock": "10.0.0.0/16", "assignGeneratedIpv6CidrBlock": True})
    with pytest.raises(DeployError, match="assignGeneratedIpv6CidrBlock: no call changes this"):
        deploy(deployer, resource(APPLICATION, "a", {"name": "a"}), changed)


# --- what an interrupted run left behind --------------------------------------------------------------------------


def vpcs(deployer: Deployer) -> list[str]:
    found = deployer.lifecycle.api.call("ec2", "describe_vpcs")["Vpcs"]
    return sorted(vpc["CidrBlock"] for vpc in found if not vpc["IsDefault"])


def keys(deployer: Deployer) -> int:
    api = deployer.lifecycle.api
    found = [api.call("kms", "describe_key", KeyId=key["KeyId"]) for key in api.call("kms", "list_keys")["Keys"]]
    return sum(item["KeyMetadata"]["KeyState"] == "Enabled" for item in found)


@pytest.mark.parametrize(
    ("token", "inputs", "operation"),
    [
        pytest.param(KEY, {"description": "d", "tags": {"a": "b"}}, "create_key", id="key"),
        pytest.param(VPC, {"cidrBlock": "10.0.0.0/16"}, "create_vpc", id="VPC"),
        pytest.param(APPLICATION, {"name": "same"}, "create_application", id="application"),
        pytest.param(
            "aws:acm/certificate:Certificate", {"domainName": "a.example.com"}, "request_certificate", id="ACM"
        ),
        pytest.param(GATEWAY, {}, "create_internet_gateway", id="gateway"),
    ],
)
def test_of_twins_each_finds_its_own(deployer: Deployer, token: str, inputs: dict[str, Any], operation: str) -> None:
    one, two = resource(token, "one", inputs), resource(token, "two", inputs)
    deploy(deployer, one)
    first = deployer.state.entries[one["urn"]].id
    fail_once(deployer.lifecycle.api, operation, LOST)
    with pytest.raises(DeployError):
        deploy(deployer, one, two)
    deploy(deployer, one, two)
    second = deployer.state.entries[two["urn"]].id
    assert deployer.state.entries[one["urn"]].id == first != second
    assert calls(deployer, operation) == [operation] * 2


def test_a_key_whose_answer_is_lost_is_taken_over(deployer: Deployer) -> None:
    before = keys(deployer)
    fail_once(deployer.lifecycle.api, "create_key", LOST)
    with pytest.raises(DeployError):
        deploy(deployer, resource(KEY, "k", {"description": "d", "enableKeyRotation": True}))
    assert keys(deployer) == before + 1
    deploy(deployer, resource(KEY, "k", {"description": "d", "enableKeyRotation": True}))
    assert keys(deployer) == before + 1
    (entry,) = deployer.state.entries.values()
    assert deployer.lifecycle.api.call("kms", "get_key_rotation_status", KeyId=entry.id)["KeyRotationEnabled"]


def test_what_is_no_longer_wanted_after_an_interruption_is_deleted(deployer: Deployer) -> None:
    vpc = resource(VPC, "v", {"cidrBlock": "10.0.0.0/16"})
    subnet = resource(SUBNET, "s", {"vpcId": vpc["id"], "cidrBlock": "10.0.0.0/24"}, dependencies=[vpc["urn"]])
    fail_once(deployer.lifecycle.api, "create_subnet", LOST)
    with pytest.raises(DeployError):
        deploy(deployer, vpc, subnet)
    deployer.destroy()
    assert vpcs(deployer) == []
    assert deployer.state.pending == {}


def test_what_was_begun_with_other_properties_makes_room(deployer: Deployer) -> None:
    fail_once(deployer.lifecycle.api, "create_vpc", LOST)
    with pytest.raises(DeployError):
        deploy(deployer, resource(VPC, "v", {"cidrBlock": "10.0.0.0/16"}))
    deploy(deployer, resource(VPC, "v", {"cidrBlock": "10.1.0.0/16"}))
    assert vpcs(deployer) == ["10.1.0.0/16"]


@pytest.mark.parametrize("fault", [None, NOT_SENT], ids=["refused", "unclear"])
def test_what_somebody_else_made_under_the_same_name_is_left_alone(deployer: Deployer, fault: Fault | None) -> None:
    api = deployer.lifecycle.api
    api.call("iam", "create_role", RoleName="r", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "Owner", "Value": "x"}])
    ours = resource(ROLE, "r", {"name": "r", "assumeRolePolicy": TRUST, "tags": {"Owner": "us"}})
    if fault is not None:
        fail_once(api, "create_role", fault)
    for _ in range(3):
        with pytest.raises(DeployError):
            deploy(deployer, ours)
    deployer.destroy()
    assert api.call("iam", "get_role", RoleName="r")["Role"]["Tags"] == [{"Key": "Owner", "Value": "x"}]


def test_a_successor_whose_answer_is_lost_is_not_taken_for_its_predecessor(deployer: Deployer) -> None:
    deploy(deployer, resource(VPC, "v", {"cidrBlock": "10.0.0.0/16"}))
    fail_once(deployer.lifecycle.api, "create_vpc", LOST)
    with pytest.raises(DeployError):
        deploy(deployer, resource(VPC, "v", {"cidrBlock": "10.1.0.0/16"}))
    assert vpcs(deployer) == ["10.0.0.0/16", "10.1.0.0/16"]
    deploy(deployer, resource(VPC, "v", {"cidrBlock": "10.1.0.0/16"}))
    assert vpcs(deployer) == ["10.1.0.0/16"]
    assert deployer.state.doomed == []


@pytest.mark.parametrize("first", [False, True])
def test_an_association_that_is_deleted_after_its_successor_was_made_takes_the_firewall_off(deployer, first):
    balancer = "arn:aws:apigateway:us-east-1::/restapis/x/stages/y"
    seen = {"sampledRequestsEnabled": False, "cloudwatchMetricsEnabled": False, "metricName": "x"}

    def protected(name: str) -> None:
        firewall = {"name": name, "scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": seen}
        acl = resource(FIREWALL, "acl", firewall)
        acl["outputs"] = {**acl["outputs"], "arn": "standin-arn-of-acl"}
        association = {"webAclArn": "standin-arn-of-acl", "resourceArn": balancer}
        deploy(deployer, acl, resource(ASSOCIATION, "a", association, deleteBeforeReplace=first))

    protected("one")
    protected("two")
    found = deployer.lifecycle.api.call("wafv2", "get_web_acl_for_resource", ResourceArn=balancer)
    assert ("WebACL" in found) is first


def test_what_a_file_keeps_secret_is_asked_for_before_anything_is_deployed(deployer: Deployer) -> None:
    version = "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion"
    secret = {SIGNATURE_KEY: SECRET_SIGNATURE}
    flags = {"contentType": "application/json", "content": {**secret, "plaintext": '"[secret]"'}}
    topic = resource(TOPIC, "alarms", {"name": "alarms", "tags": {"a": ["b", {**secret, "ciphertext": "v1:x"}]}})
    with pytest.raises(InputError) as refused:
        deploy(deployer, topic, resource(version, "flags", flags))
    assert [problem.partition(": the deployment keeps it secret")[0] for problem in refused.value.problems] == [
        f"{urn(TOPIC, 'alarms')}: tags.a[1]",
        f"{urn(version, 'flags')}: content",
    ]
    assert topics(deployer) == []
