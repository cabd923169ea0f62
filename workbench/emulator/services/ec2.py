"""EC2: the network, security groups, launch templates.

Sources: the EC2 service model of botocore 1.44.5; replacement-forcing properties from the documentation of
pulumi-aws 7.51.1 ("Forces new resource").
"""

from __future__ import annotations

from typing import Any

from workbench.emulator.resource_type import AwsType, Call, Context, Read

OWNER_TAG = "emulator:owner"
"""Tag of the emulator's own on everything in EC2, which has no names: finds what an interrupted run left behind."""

TAG = Call(operation="create_tags", args={"Resources": ["{id}"]}, takes=("tags",))
UNTAG = Call(
    operation="delete_tags",
    args={"Resources": ["{id}"], "Tags": lambda c: [{"Key": key} for key in c.removed_tags]},
)
ARN = "arn:aws:ec2:{region}:{account}:"


def tags_of(kind: str) -> Any:
    """The TagSpecifications of a creation: the declared tags and the owner's."""

    def specifications(context: Context) -> list[dict[str, Any]]:
        tags = {**(context.get("tags") or {}), OWNER_TAG: context.uid}
        return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": str(tags[key])} for key in tags]}]

    return specifications


def owned(operation: str, item: str) -> Read:
    """Looks up what carries this resource's owner tag."""
    return Read(operation=operation, args={"Filters": [{"Name": "tag:" + OWNER_TAG, "Values": ["{uid}"]}]}, item=item)


def _attribute(name: str, property_name: str) -> Read:
    member = name[0].upper() + name[1:]
    return Read(
        operation="describe_vpc_attribute",
        args={"VpcId": "{id}", "Attribute": name},
        item=f"{{value: {member}.Value}}",
        under=property_name,
    )


def _permission(context: Context) -> list[dict[str, Any]]:
    """One rule in the API's form; ports are left out for "all protocols", as the provider does."""
    description = {"Description": context.get("description")} if context.get("description") else {}
    protocol = str(context["ipProtocol"])
    permission: dict[str, Any] = {"IpProtocol": protocol}
    if protocol != "-1":
        permission |= {"FromPort": int(context["fromPort"]), "ToPort": int(context["toPort"])}
    if context.get("cidrIpv4"):
        permission["IpRanges"] = [{"CidrIp": context["cidrIpv4"], **description}]
    elif context.get("cidrIpv6"):
        permission["Ipv6Ranges"] = [{"CidrIpv6": context["cidrIpv6"], **description}]
    elif context.get("prefixListId"):
        permission["PrefixListIds"] = [{"PrefixListId": context["prefixListId"], **description}]
    else:
        permission["UserIdGroupPairs"] = [{"GroupId": context["referencedSecurityGroupId"], **description}]
    return [permission]


RULE_PROPERTIES = (
    "description",
    "ipProtocol",
    "fromPort",
    "toPort",
    "cidrIpv4",
    "cidrIpv6",
    "prefixListId",
    "referencedSecurityGroupId",
)


def _rule(context: Context) -> dict[str, Any]:
    """A rule as ModifySecurityGroupRules takes it."""
    names = {
        "cidrIpv4": "CidrIpv4",
        "cidrIpv6": "CidrIpv6",
        "prefixListId": "PrefixListId",
        "description": "Description",
    }
    rule: dict[str, Any] = {"IpProtocol": str(context["ipProtocol"])}
    if rule["IpProtocol"] != "-1":
        rule |= {"FromPort": int(context["fromPort"]), "ToPort": int(context["toPort"])}
    rule |= {api: context.get(name) for name, api in names.items() if context.get(name)}
    if context.get("referencedSecurityGroupId"):
        rule["ReferencedGroupId"] = context["referencedSecurityGroupId"]
    return rule


def _rule_type(direction: str) -> AwsType:
    verb = direction.lower()
    return AwsType(
        pulumi_type=f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule",
        service="ec2",
        create=Call(
            operation=f"authorize_security_group_{verb}",
            args={
                "GroupId": "{securityGroupId}",
                "IpPermissions": _permission,
                "TagSpecifications": tags_of("security-group-rule"),
            },
        ),
        id="SecurityGroupRules[0].SecurityGroupRuleId",
        find=Read(
            operation="describe_security_group_rules",
            args={"Filters": [{"Name": "group-id", "Values": ["{securityGroupId}"]}]},
            item=f"SecurityGroupRules[?Tags[?Key=='{OWNER_TAG}' && Value=='{{uid}}']].SecurityGroupRuleId | [0]",
        ),
        read=(
            Read(
                operation="describe_security_group_rules",
                args={"SecurityGroupRuleIds": ["{id}"]},
                item="SecurityGroupRules[0]",
            ),
        ),
        delete=Call(
            operation=f"revoke_security_group_{verb}",
            args={"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]},
        ),
        live={
            "securityGroupId": "GroupId",
            "cidrIpv4": "CidrIpv4",
            "cidrIpv6": "CidrIpv6",
            "referencedSecurityGroupId": "ReferencedGroupInfo.GroupId",
            "prefixListId": "PrefixListId",
            "fromPort": "FromPort",
            "toPort": "ToPort",
            "ipProtocol": "IpProtocol",
            "description": "Description",
        },
        update=(
            Call(
                operation="modify_security_group_rules",
                args={
                    "GroupId": "{securityGroupId}",
                    "SecurityGroupRules": lambda c: [{"SecurityGroupRuleId": c.id, "SecurityGroupRule": _rule(c)}],
                },
                when=RULE_PROPERTIES,
            ),
        ),
        not_kept=frozenset({"description"}),
        outputs={"arn": ARN + "security-group-rule/{id}", "securityGroupRuleId": "{id}"},
        replaces=frozenset({"securityGroupId"}),
        tag=TAG,
        untag=UNTAG,
    )


def _route_target(context: Context) -> dict[str, Any]:
    names = {
        "gatewayId": "GatewayId",
        "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
        "natGatewayId": "NatGatewayId",
        "transitGatewayId": "TransitGatewayId",
        "vpcPeeringConnectionId": "VpcPeeringConnectionId",
    }
    return {api: context.get(name) for name, api in names.items() if context.get(name)}


def _target(api_name: str) -> Any:
    return lambda context: _route_target(context).get(api_name)


_ROUTE_ARGS: dict[str, Any] = {
    "RouteTableId": "{routeTableId}",
    "DestinationCidrBlock": lambda c: c.get("destinationCidrBlock"),
    "DestinationIpv6CidrBlock": lambda c: c.get("destinationIpv6CidrBlock"),
    **{
        name: _target(name)
        for name in (
            "GatewayId",
            "EgressOnlyInternetGatewayId",
            "NatGatewayId",
            "TransitGatewayId",
            "VpcPeeringConnectionId",
        )
    },
}

TYPES = (
    AwsType(
        pulumi_type="aws:ec2/vpc:Vpc",
        service="ec2",
        create=Call(
            operation="create_vpc",
            args={
                "AmazonProvidedIpv6CidrBlock": lambda c: c.get("assignGeneratedIpv6CidrBlock") or None,
                "TagSpecifications": tags_of("vpc"),
            },
            takes=("cidrBlock", "instanceTenancy"),
        ),
        id="Vpc.VpcId",
        find=owned("describe_vpcs", "Vpcs[0].VpcId"),
        steps=(
            Call(
                operation="modify_vpc_attribute",
                args={"VpcId": "{id}"},
                takes=("enableDnsSupport",),
                when=("enableDnsSupport",),
            ),
            Call(
                operation="modify_vpc_attribute",
                args={"VpcId": "{id}"},
                takes=("enableDnsHostnames",),
                when=("enableDnsHostnames",),
            ),
        ),
        read=(
            Read(operation="describe_vpcs", args={"VpcIds": ["{id}"]}, item="Vpcs[0]"),
            _attribute("enableDnsSupport", "dnsSupport"),
            _attribute("enableDnsHostnames", "dnsHostnames"),
            Read(
                operation="describe_security_groups",
                args={
                    "Filters": [{"Name": "vpc-id", "Values": ["{id}"]}, {"Name": "group-name", "Values": ["default"]}]
                },
                item="SecurityGroups[0]",
                under="defaultGroup",
            ),
            Read(
                operation="describe_route_tables",
                args={
                    "Filters": [
                        {"Name": "vpc-id", "Values": ["{id}"]},
                        {"Name": "association.main", "Values": ["true"]},
                    ]
                },
                item="RouteTables[0]",
                under="mainTable",
            ),
            Read(
                operation="describe_network_acls",
                args={"Filters": [{"Name": "vpc-id", "Values": ["{id}"]}, {"Name": "default", "Values": ["true"]}]},
                item="NetworkAcls[0]",
                under="defaultAcl",
            ),
        ),
        delete=Call(operation="delete_vpc", args={"VpcId": "{id}"}),
        live={
            "enableDnsSupport": "dnsSupport.value",
            "enableDnsHostnames": "dnsHostnames.value",
            "assignGeneratedIpv6CidrBlock": "length(Ipv6CidrBlockAssociationSet || `[]`) > `0`",
        },
        outputs={
            "arn": ARN + "vpc/{id}",
            "ipv6CidrBlock": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock",
            "ipv6AssociationId": "Ipv6CidrBlockAssociationSet[0].AssociationId",
            "defaultSecurityGroupId": "defaultGroup.GroupId",
            "mainRouteTableId": "mainTable.RouteTableId",
            "defaultRouteTableId": "mainTable.RouteTableId",
            "defaultNetworkAclId": "defaultAcl.NetworkAclId",
            "dhcpOptionsId": "DhcpOptionsId",
            "ownerId": "{account}",
        },
        defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
        replaces=frozenset({"cidrBlock", "ipv4IpamPoolId"}),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:ec2/subnet:Subnet",
        service="ec2",
        create=Call(
            operation="create_subnet",
            args={"TagSpecifications": tags_of("subnet")},
            takes=("vpcId", "cidrBlock", "ipv6CidrBlock", "availabilityZone", "ipv6Native"),
        ),
        id="Subnet.SubnetId",
        find=owned("describe_subnets", "Subnets[0].SubnetId"),
        steps=(
            Call(
                operation="modify_subnet_attribute",
                args={"SubnetId": "{id}"},
                takes=("mapPublicIpOnLaunch",),
                when=("mapPublicIpOnLaunch",),
            ),
            Call(
                operation="modify_subnet_attribute",
                args={"SubnetId": "{id}"},
                takes=("assignIpv6AddressOnCreation",),
                when=("assignIpv6AddressOnCreation",),
            ),
        ),
        read=(Read(operation="describe_subnets", args={"SubnetIds": ["{id}"]}, item="Subnets[0]"),),
        live={"ipv6CidrBlock": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock"},
        delete=Call(operation="delete_subnet", args={"SubnetId": "{id}"}),
        outputs={
            "arn": ARN + "subnet/{id}",
            "availabilityZone": "AvailabilityZone",
            "availabilityZoneId": "AvailabilityZoneId",
            "ownerId": "{account}",
        },
        replaces=frozenset(
            {"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn"}
        ),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:ec2/internetGateway:InternetGateway",
        service="ec2",
        create=Call(operation="create_internet_gateway", args={"TagSpecifications": tags_of("internet-gateway")}),
        id="InternetGateway.InternetGatewayId",
        find=owned("describe_internet_gateways", "InternetGateways[0].InternetGatewayId"),
        steps=(
            Call(
                operation="attach_internet_gateway",
                args={"InternetGatewayId": "{id}", "VpcId": "{vpcId}"},
                when=("vpcId",),
            ),
        ),
        read=(
            Read(
                operation="describe_internet_gateways",
                args={"InternetGatewayIds": ["{id}"]},
                item="InternetGateways[0]",
            ),
        ),
        live={"vpcId": "Attachments[0].VpcId"},
        before_delete=(
            Call(
                operation="detach_internet_gateway",
                args={"InternetGatewayId": "{id}", "VpcId": "{vpcId}"},
                when=("vpcId",),
            ),
        ),
        delete=Call(operation="delete_internet_gateway", args={"InternetGatewayId": "{id}"}),
        outputs={"arn": ARN + "internet-gateway/{id}", "ownerId": "{account}"},
        replaces=frozenset({"vpcId"}),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
        service="ec2",
        create=Call(
            operation="create_egress_only_internet_gateway",
            args={"VpcId": "{vpcId}", "TagSpecifications": tags_of("egress-only-internet-gateway")},
        ),
        id="EgressOnlyInternetGateway.EgressOnlyInternetGatewayId",
        find=Read(
            operation="describe_egress_only_internet_gateways",
            item=f"EgressOnlyInternetGateways[?Tags[?Key=='{OWNER_TAG}' && Value=='{{uid}}']]"
            ".EgressOnlyInternetGatewayId | [0]",
        ),
        read=(
            Read(
                operation="describe_egress_only_internet_gateways",
                args={"EgressOnlyInternetGatewayIds": ["{id}"]},
                item="EgressOnlyInternetGateways[0]",
            ),
        ),
        live={"vpcId": "Attachments[0].VpcId"},
        delete=Call(operation="delete_egress_only_internet_gateway", args={"EgressOnlyInternetGatewayId": "{id}"}),
        replaces=frozenset({"vpcId"}),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:ec2/routeTable:RouteTable",
        service="ec2",
        create=Call(
            operation="create_route_table",
            args={"VpcId": "{vpcId}", "TagSpecifications": tags_of("route-table")},
        ),
        id="RouteTable.RouteTableId",
        find=owned("describe_route_tables", "RouteTables[0].RouteTableId"),
        read=(Read(operation="describe_route_tables", args={"RouteTableIds": ["{id}"]}, item="RouteTables[0]"),),
        delete=Call(operation="delete_route_table", args={"RouteTableId": "{id}"}),
        outputs={"arn": ARN + "route-table/{id}", "ownerId": "{account}"},
        replaces=frozenset({"vpcId"}),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:ec2/route:Route",
        service="ec2",
        create=Call(operation="create_route", args=_ROUTE_ARGS),
        id="r-{routeTableId}-{uid}",
        read=(
            Read(
                operation="describe_route_tables",
                args={"RouteTableIds": ["{routeTableId}"]},
                item="RouteTables[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}' "
                "|| DestinationIpv6CidrBlock=='{destinationIpv6CidrBlock}'] | [0]",
            ),
        ),
        update=(Call(operation="replace_route", args=_ROUTE_ARGS),),
        delete=Call(
            operation="delete_route",
            args={
                name: _ROUTE_ARGS[name] for name in ("RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock")
            },
        ),
        replaces=frozenset(
            {"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"}
        ),
    ),
    AwsType(
        pulumi_type="aws:ec2/routeTableAssociation:RouteTableAssociation",
        service="ec2",
        create=Call(
            operation="associate_route_table",
            args={"RouteTableId": "{routeTableId}"},
            takes=("subnetId", "gatewayId"),
        ),
        id="AssociationId",
        find=Read(
            operation="describe_route_tables",
            args={"Filters": [{"Name": "association.subnet-id", "Values": ["{subnetId}"]}]},
            item="RouteTables[0].Associations[?SubnetId=='{subnetId}'].RouteTableAssociationId | [0]",
        ),
        read=(
            Read(
                operation="describe_route_tables",
                args={
                    "Filters": [
                        {"Name": "association.route-table-association-id", "Values": ["{id}"]},
                    ]
                },
                item="RouteTables[0].{RouteTableId: RouteTableId, subnets: Associations[].SubnetId}",
            ),
        ),
        live={"routeTableId": "RouteTableId"},
        delete=Call(operation="disassociate_route_table", args={"AssociationId": "{id}"}),
        replaces=frozenset({"subnetId", "gatewayId", "routeTableId"}),
    ),
    AwsType(
        pulumi_type="aws:ec2/securityGroup:SecurityGroup",
        service="ec2",
        name_property="name",
        name_length=255,
        create=Call(
            operation="create_security_group",
            args={"GroupName": "{name}", "TagSpecifications": tags_of("security-group")},
            takes=("vpcId", "description"),
        ),
        id="GroupId",
        find=owned("describe_security_groups", "SecurityGroups[0].GroupId"),
        steps=(
            # AWS gives a new group an open egress rule; the provider takes it away (resource_aws_security_group).
            Call(
                operation="revoke_security_group_egress",
                args={
                    "GroupId": "{id}",
                    "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
                },
                when=("name",),
            ),
        ),
        read=(Read(operation="describe_security_groups", args={"GroupIds": ["{id}"]}, item="SecurityGroups[0]"),),
        delete=Call(operation="delete_security_group", args={"GroupId": "{id}"}),
        live={"name": "GroupName"},
        outputs={"arn": ARN + "security-group/{id}", "ownerId": "{account}"},
        defaults={"description": "Managed by Pulumi"},
        unsent=frozenset({"revokeRulesOnDelete"}),
        replaces=frozenset({"name", "namePrefix", "description", "vpcId"}),
        tag=TAG,
        untag=UNTAG,
    ),
    _rule_type("Ingress"),
    _rule_type("Egress"),
    AwsType(
        pulumi_type="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        service="ec2",
        # The group exists with its VPC: "creating" it looks it up and takes its rules away.
        create=Call(
            operation="describe_security_groups",
            args={
                "Filters": [{"Name": "vpc-id", "Values": ["{vpcId}"]}, {"Name": "group-name", "Values": ["default"]}]
            },
        ),
        id="SecurityGroups[0].GroupId",
        steps=(
            Call(
                operation="revoke_security_group_egress",
                args={
                    "GroupId": "{id}",
                    "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
                },
                when=("vpcId",),
            ),
            Call(operation="create_tags", args={"Resources": ["{id}"]}, takes=("tags",), when=("tags",)),
        ),
        read=(Read(operation="describe_security_groups", args={"GroupIds": ["{id}"]}, item="SecurityGroups[0]"),),
        outputs={"arn": ARN + "security-group/{id}", "name": "GroupName", "description": "Description"},
        replaces=frozenset({"vpcId"}),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:ec2/vpcEndpoint:VpcEndpoint",
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
        renames={
            "policy": "PolicyDocument",
            "autoAccept": "",
        },
        id="VpcEndpoint.VpcEndpointId",
        find=owned("describe_vpc_endpoints", "VpcEndpoints[?State!='deleted'].VpcEndpointId | [0]"),
        read=(
            Read(
                operation="describe_vpc_endpoints",
                args={"VpcEndpointIds": ["{id}"]},
                item="VpcEndpoints[?State!='deleted'] | [0]",
            ),
            Read(
                operation="describe_managed_prefix_lists",
                args={"Filters": [{"Name": "prefix-list-name", "Values": ["{serviceName}"]}]},
                item="PrefixLists[0]",
                under="prefixList",
            ),
        ),
        update=(
            Call(operation="modify_vpc_endpoint", args={"VpcEndpointId": "{id}"}, takes=("policy",), when=("policy",)),
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
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:ec2/flowLog:FlowLog",
        service="ec2",
        create=Call(
            operation="create_flow_logs",
            args={
                "ResourceIds": lambda c: [c.get("vpcId") or c.get("subnetId") or c.get("eniId")],
                "ResourceType": lambda c: (
                    "VPC" if c.get("vpcId") else "Subnet" if c.get("subnetId") else "NetworkInterface"
                ),
                "DeliverLogsPermissionArn": lambda c: c.get("iamRoleArn"),
                "TagSpecifications": tags_of("vpc-flow-log"),
            },
            takes=(
                "trafficType",
                "logDestinationType",
                "logDestination",
                "maxAggregationInterval",
                "logFormat",
                "destinationOptions",
            ),
        ),
        id="FlowLogIds[0]",
        find=Read(
            operation="describe_flow_logs",
            args={"Filter": [{"Name": "tag:" + OWNER_TAG, "Values": ["{uid}"]}]},
            item="FlowLogs[0].FlowLogId",
        ),
        read=(Read(operation="describe_flow_logs", args={"FlowLogIds": ["{id}"]}, item="FlowLogs[0]"),),
        live={"vpcId": "ResourceId", "iamRoleArn": "DeliverLogsPermissionArn"},
        delete=Call(operation="delete_flow_logs", args={"FlowLogIds": ["{id}"]}),
        outputs={"arn": ARN + "vpc-flow-log/{id}"},
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        replaces=frozenset(
            (
                "vpcId",
                "subnetId",
                "eniId",
                "trafficType",
                "logDestination",
                "logDestinationType",
                "maxAggregationInterval",
                "logFormat",
                "iamRoleArn",
                "destinationOptions",
            )
        ),
        tag=TAG,
        untag=UNTAG,
    ),
)
