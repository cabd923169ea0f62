"""Where moto is laxer than AWS, the embedded AWS refuses as AWS does; and a change reaches what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployment import tokens
from workbench.emulator.api import Api
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.world import embedded_aws


@pytest.fixture
def api() -> Iterator[Api]:
    with embedded_aws() as api:
        yield api


class Place:
    """A VPC with two subnets, and a gateway unless it has to do without."""

    def __init__(self, api: Api, cidr: str, *, gateway: bool = True) -> None:
        self.vpc: str = api.call("ec2", "create_vpc", CidrBlock=f"{cidr}.0/24")["Vpc"]["VpcId"]
        self.subnets: list[str] = [
            api.call(
                "ec2",
                "create_subnet",
                VpcId=self.vpc,
                CidrBlock=f"{cidr}.{number * 32}/27",
                AvailabilityZone=f"us-east-1{zone}",
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate("ab")
        ]
        self.group: str = api.call(
            "ec2", "create_security_group", GroupName="edge", Description="edge", VpcId=self.vpc
        )["GroupId"]
        self.gateway = ""
        if gateway:
            made = api.call("ec2", "create_internet_gateway")["InternetGateway"]
            self.gateway = made["InternetGatewayId"]
            api.call("ec2", "attach_internet_gateway", InternetGatewayId=self.gateway, VpcId=self.vpc)


def balancer(api: Api, place: Place) -> str:
    made = api.call("elbv2", "create_load_balancer", Name="edge", Subnets=place.subnets, SecurityGroups=[place.group])
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def test_a_load_balancer_stays_in_its_vpc(api: Api) -> None:
    here, there = Place(api, "10.0.0"), Place(api, "10.1.0")
    arn = balancer(api, here)
    with pytest.raises(ClientError, match="InvalidConfigurationRequest"):
        api.call("elbv2", "set_subnets", LoadBalancerArn=arn, Subnets=there.subnets)
    with pytest.raises(ClientError, match="InvalidSecurityGroup"):
        api.call("elbv2", "set_security_groups", LoadBalancerArn=arn, SecurityGroups=[there.group])
    api.call("elbv2", "set_subnets", LoadBalancerArn=arn, Subnets=here.subnets[::-1])


def test_a_load_balancer_of_the_internet_needs_a_gateway_that_stays(api: Api) -> None:
    without, place = Place(api, "10.0.0", gateway=False), Place(api, "10.1.0")
    with pytest.raises(ClientError, match="has no internet gateway"):
        balancer(api, without)
    assert api.call("elbv2", "describe_load_balancers")["LoadBalancers"] == []
    arn = balancer(api, place)
    with pytest.raises(ClientError, match="DependencyViolation"):
        api.call("ec2", "detach_internet_gateway", InternetGatewayId=place.gateway, VpcId=place.vpc)
    api.call("elbv2", "delete_load_balancer", LoadBalancerArn=arn)
    api.call("ec2", "detach_internet_gateway", InternetGatewayId=place.gateway, VpcId=place.vpc)


def nodes(count: int, **more: Any) -> dict[str, Any]:
    return {
        "replicationGroupId": "cache",
        "description": "cache",
        "engine": "valkey",
        "engineVersion": "8.0",
        "nodeType": "cache.t4g.micro",
        "numCacheClusters": count,
        **more,
    }


def test_nodes_of_a_cache_come_and_go(api: Api) -> None:
    lifecycle, token = Lifecycle(api), tokens.REPLICATION_GROUP[0]
    urn = f"urn:pulumi:dev::p::{token}::cache"
    state = lifecycle.create(token, urn, nodes(2)).outputs
    for count in (4, 3):
        change = lifecycle.diff(token, state, nodes(count))
        assert (change.changed, change.replaces) == (("numCacheClusters",), ())
        state = lifecycle.update(token, urn, "cache", state, nodes(count), change.changed)
        assert state["memberClusters"] == [f"cache-00{number}" for number in range(1, count + 1)]
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        api.call(
            "elasticache",
            "increase_replica_count",
            ReplicationGroupId="cache",
            NewReplicaCount=2,
            ApplyImmediately=True,
        )


@pytest.mark.parametrize(
    ("before", "after", "replaces"),
    [
        pytest.param({"engineVersion": "7.2"}, {"engineVersion": "8.0"}, (), id="a newer version"),
        pytest.param({"engineVersion": "8.1"}, {"engineVersion": "8.0"}, ("engineVersion",), id="an older version"),
        pytest.param({"engine": "redis"}, {"engine": "valkey"}, (), id="Redis becomes Valkey"),
        pytest.param({"engine": "valkey"}, {"engine": "redis"}, ("engine",), id="Valkey becomes Redis"),
    ],
)
def test_a_cache_is_replaced_only_where_the_provider_does(
    api: Api, before: dict[str, str], after: dict[str, str], replaces: tuple[str, ...]
) -> None:
    change = Lifecycle(api).diff(tokens.REPLICATION_GROUP[0], nodes(2, **before), nodes(2, **after))
    assert change.replaces == replaces


def test_a_group_gets_the_new_version_of_its_template(api: Api) -> None:
    template = api.call(
        "ec2", "create_launch_template", LaunchTemplateName="template", LaunchTemplateData={"InstanceType": "t4g.nano"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    api.call(
        "ec2",
        "create_launch_template_version",
        LaunchTemplateId=template,
        LaunchTemplateData={"InstanceType": "m7g.large"},
    )

    subnets = Place(api, "10.9.0", gateway=False).subnets

    def group(version: str) -> dict[str, Any]:
        specification = {"launchTemplateId": template, "version": version}
        return {
            "name": "g",
            "minSize": 0,
            "maxSize": 0,
            "vpcZoneIdentifiers": subnets,
            "mixedInstancesPolicy": {"launchTemplate": {"launchTemplateSpecification": specification}},
            "instanceRefresh": {"strategy": "Rolling"},
        }

    lifecycle, token = Lifecycle(api), tokens.SCALING_GROUP[0]
    urn = f"urn:pulumi:dev::p::{token}::g"
    state = lifecycle.create(token, urn, group("1")).outputs
    lifecycle.update(token, urn, "g", state, group("2"), lifecycle.diff(token, state, group("2")).changed)
    (live,) = api.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    assert live["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == "2"


def test_a_profile_gets_another_role_and_a_gateway_another_vpc_in_place(api: Api) -> None:
    lifecycle = Lifecycle(api)
    for role in ("a", "b"):
        api.call("iam", "create_role", RoleName=role, AssumeRolePolicyDocument="{}")
    vpcs = [Place(api, cidr, gateway=False).vpc for cidr in ("10.0.0", "10.1.0")]
    for token, before, after in (
        (tokens.INSTANCE_PROFILE[0], {"name": "p", "role": "a"}, {"name": "p", "role": "b"}),
        (tokens.INTERNET_GATEWAY[0], {"vpcId": vpcs[0]}, {"vpcId": vpcs[1]}),
    ):
        urn = f"urn:pulumi:dev::p::{token}::r"
        made = lifecycle.create(token, urn, before)
        change = lifecycle.diff(token, made.outputs, after)
        assert change.replaces == ()
        state = lifecycle.update(token, urn, made.id, made.outputs, after, change.changed)
        assert lifecycle.read(token, urn, made.id, state) == state
    (profile,) = api.call("iam", "list_instance_profiles")["InstanceProfiles"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["b"]
    (gateway,) = api.call("ec2", "describe_internet_gateways")["InternetGateways"]
    assert [item["VpcId"] for item in gateway["Attachments"]] == [vpcs[1]]


def test_addresses_of_instances_that_are_gone_can_be_had_again(api: Api) -> None:
    place = Place(api, "10.9.9")

    def run(count: int) -> list[str]:
        found = api.call(
            "ec2", "run_instances", ImageId="ami-0123456789", MinCount=count, MaxCount=count, SubnetId=place.subnets[0]
        )
        return [one["InstanceId"] for one in found["Instances"]]

    for _ in range(4):  # of /27
        api.call("ec2", "terminate_instances", InstanceIds=run(20))


SEEN = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "x"}


def firewall(api: Api, name: str, *rules: dict[str, Any]) -> dict[str, str]:
    made = api.call(
        "wafv2",
        "create_web_acl",
        Name=name,
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig=SEEN,
        Rules=list(rules),
    )
    return dict(made["Summary"])


def kept(made: dict[str, str]) -> dict[str, str]:
    return {"Name": made["Name"], "Scope": "REGIONAL", "Id": made["Id"], "LockToken": made["LockToken"]}


def test_a_load_balancer_has_one_firewall_which_is_kept_until_it_goes(api: Api) -> None:
    protected = balancer(api, Place(api, "10.1.0"))
    earlier, later = firewall(api, "earlier"), firewall(api, "later")
    api.call("wafv2", "associate_web_acl", WebACLArn=earlier["ARN"], ResourceArn=protected)
    with pytest.raises(ClientError, match="WAFAssociatedItemException"):
        api.call("wafv2", "delete_web_acl", **kept(earlier))
    api.call("wafv2", "associate_web_acl", WebACLArn=later["ARN"], ResourceArn=protected)
    api.call("wafv2", "delete_web_acl", **kept(earlier))
    assert api.call("wafv2", "get_web_acl_for_resource", ResourceArn=protected)["WebACL"]["Name"] == "later"
    api.call("elbv2", "delete_load_balancer", LoadBalancerArn=protected)
    api.call("wafv2", "delete_web_acl", **kept(later))


def test_what_a_rule_of_the_firewall_asks_is_kept(api: Api) -> None:
    asked = api.call(
        "wafv2", "create_ip_set", Name="s", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["10.0.0.0/8"]
    )["Summary"]
    rule = {"Name": "r", "Priority": 0, "Statement": {"IPSetReferenceStatement": {"ARN": asked["ARN"]}}}
    blocking = {**rule, "Action": {"Block": {}}, "VisibilityConfig": SEEN}
    group = api.call(
        "wafv2",
        "create_rule_group",
        Name="g",
        Scope="REGIONAL",
        Capacity=1,
        Rules=[blocking],
        VisibilityConfig=SEEN,
    )["Summary"]
    lent = {"Name": "l", "Priority": 1, "Statement": {"RuleGroupReferenceStatement": {"ARN": group["ARN"]}}}
    asker = firewall(api, "asker", {**lent, "OverrideAction": {"None": {}}, "VisibilityConfig": SEEN})
    with pytest.raises(ClientError, match="WAFAssociatedItemException"):
        api.call("wafv2", "delete_ip_set", **kept(asked))
    with pytest.raises(ClientError, match="WAFAssociatedItemException"):
        api.call("wafv2", "delete_rule_group", **kept(group))
    api.call("wafv2", "delete_web_acl", **kept(asker))
    api.call("wafv2", "delete_rule_group", **kept(group))
    api.call("wafv2", "delete_ip_set", **kept(asked))


def test_only_instances_that_serve_are_protected(api: Api) -> None:
    from moto.autoscaling.models import autoscaling_backends

    place = Place(api, "10.2.0")
    api.call(
        "ec2",
        "create_launch_template",
        LaunchTemplateName="template",
        LaunchTemplateData={"InstanceType": "t4g.nano", "ImageId": "ami-12c6146b"},
    )
    api.call(
        "autoscaling",
        "create_auto_scaling_group",
        AutoScalingGroupName="g",
        MinSize=2,
        MaxSize=2,
        VPCZoneIdentifier=",".join(place.subnets),
        LaunchTemplate={"LaunchTemplateName": "template", "Version": "1"},
    )
    group = autoscaling_backends["123456789012"]["us-east-1"].autoscaling_groups["g"]
    serving, going = (one.instance.id for one in group.instance_states)
    group.instance_states[1].lifecycle_state = "Terminating:Wait"
    asked = {"AutoScalingGroupName": "g", "ProtectedFromScaleIn": True}
    with pytest.raises(ClientError, match="not in InService"):
        api.call("autoscaling", "set_instance_protection", InstanceIds=[serving, going], **asked)
    assert not any(one.protected_from_scale_in for one in group.instance_states)
    api.call("autoscaling", "set_instance_protection", InstanceIds=[serving], **asked)
    assert [one.protected_from_scale_in for one in group.instance_states] == [True, False]
