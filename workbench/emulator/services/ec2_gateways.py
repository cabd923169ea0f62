"""EC2: the ways out of a VPC, and the endpoints that make some needless."""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.ec2_rows import ARN, OWNED, TAGGING, owned, tags_of
from workbench.emulator.resource_type import AwsType, Call, Read
from workbench.emulator.rows import added, by_id, earlier, removed

_ATTACHMENT = {"InternetGatewayId": "{id}", "VpcId": "{vpcId}"}

TYPES = (
    AwsType(
        pulumi_type=tokens.INTERNET_GATEWAY[0],
        service="ec2",
        create=Call(operation="create_internet_gateway", args={"TagSpecifications": tags_of("internet-gateway")}),
        id="InternetGateway.InternetGatewayId",
        find=owned("describe_internet_gateways", "InternetGateways[].InternetGatewayId"),
        finds_own=True,
        # The provider moves it from VPC to VPC (terraform-provider-aws, vpc_internet_gateway.go, read 2026-11).
        steps=(
            Call(
                operation="detach_internet_gateway",
                args={"InternetGatewayId": "{id}", "VpcId": earlier("vpcId")},
                when=("vpcId",),
                needs="VpcId",
                removes=True,
            ),
            Call(operation="attach_internet_gateway", args=_ATTACHMENT, when=("vpcId",)),
        ),
        read=(by_id("describe_internet_gateways", "InternetGatewayIds", "InternetGateways[0]"),),
        live={"vpcId": "Attachments[0].VpcId"},
        before_delete=(Call(operation="detach_internet_gateway", args=_ATTACHMENT, when=("vpcId",)),),
        delete=Call(operation="delete_internet_gateway", args={"InternetGatewayId": "{id}"}),
        outputs={"arn": ARN + "internet-gateway/{id}", "ownerId": "{account}"},
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.EGRESS_ONLY_GATEWAY[0],
        service="ec2",
        create=Call(
            operation="create_egress_only_internet_gateway",
            args={"VpcId": "{vpcId}", "TagSpecifications": tags_of("egress-only-internet-gateway")},
        ),
        id="EgressOnlyInternetGateway.EgressOnlyInternetGatewayId",
        find=Read(
            operation="describe_egress_only_internet_gateways",
            item=f"EgressOnlyInternetGateways{OWNED}.EgressOnlyInternetGatewayId",
        ),
        finds_own=True,
        read=(
            by_id(
                "describe_egress_only_internet_gateways",
                "EgressOnlyInternetGatewayIds",
                "EgressOnlyInternetGateways[0]",
            ),
        ),
        live={"vpcId": "Attachments[0].VpcId"},
        delete=Call(operation="delete_egress_only_internet_gateway", args={"EgressOnlyInternetGatewayId": "{id}"}),
        replaces=frozenset({"vpcId"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.VPC_ENDPOINT[0],
        service="ec2",
        create=Call(
            operation="create_vpc_endpoint",
            args={
                "VpcId": "{vpcId}",
                "ServiceName": "{serviceName}",
                "TagSpecifications": tags_of("vpc-endpoint"),
            },
            takes=None,
        ),
        renames={"policy": "PolicyDocument", "autoAccept": ""},
        id="VpcEndpoint.VpcEndpointId",
        find=owned("describe_vpc_endpoints", "VpcEndpoints[?State!='deleted'].VpcEndpointId"),
        finds_own=True,
        read=(
            by_id("describe_vpc_endpoints", "VpcEndpointIds", "VpcEndpoints[?State!='deleted'] | [0]"),
            Read(
                operation="describe_managed_prefix_lists",
                args={"Filters": [{"Name": "prefix-list-name", "Values": ["{serviceName}"]}]},
                item="PrefixLists[0]",
                under="prefixList",
            ),
        ),
        update=(
            Call(operation="modify_vpc_endpoint", args={"VpcEndpointId": "{id}"}, takes=("policy",), when=("policy",)),
            Call(
                operation="modify_vpc_endpoint",
                args={
                    "VpcEndpointId": "{id}",
                    "AddRouteTableIds": added("routeTableIds"),
                    "RemoveRouteTableIds": removed("routeTableIds"),
                },
                when=("routeTableIds",),
            ),
        ),
        delete=Call(operation="delete_vpc_endpoints", args={"VpcEndpointIds": ["{id}"]}),
        outputs={
            "arn": ARN + "vpc-endpoint/{id}",
            "state": "State",
            "ownerId": "{account}",
            "prefixListId": "prefixList.PrefixListId",
        },
        defaults={"vpcEndpointType": "Gateway"},
        replaces=frozenset({"vpcId", "serviceName", "vpcEndpointType", "serviceRegion"}),
        tagging=TAGGING,
    ),
)
