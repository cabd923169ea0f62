"""EC2: VPCs and subnets.

Sources, here and in the other files of EC2: the service model of botocore 1.44.5; replacement-forcing properties from
the documentation of pulumi-aws 7.51.1 ("Forces new resource").
"""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.ec2_rows import ARN, TAGGING, owned, tags_of
from workbench.emulator.resource_type import AwsType, Call, Read
from workbench.emulator.rows import by_id


def _attribute(name: str, property_name: str) -> Read:
    member = name[0].upper() + name[1:]
    return Read(
        operation="describe_vpc_attribute",
        args={"VpcId": "{id}", "Attribute": name},
        item=f"{{value: {member}.Value}}",
        under=property_name,
    )


def _default(operation: str, filter_name: str, value: str, item: str, under: str) -> Read:
    """What AWS makes along with a VPC."""
    filters = [{"Name": "vpc-id", "Values": ["{id}"]}, {"Name": filter_name, "Values": [value]}]
    return Read(operation=operation, args={"Filters": filters}, item=item, under=under)


def _setting(operation: str, who: str, name: str) -> Call:
    """These operations take one setting at a time."""
    return Call(operation=operation, args={who: "{id}"}, takes=(name,), when=(name,))


TYPES = (
    AwsType(
        pulumi_type=tokens.VPC[0],
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
        find=owned("describe_vpcs", "Vpcs[].VpcId"),
        finds_own=True,
        steps=(
            _setting("modify_vpc_attribute", "VpcId", "enableDnsSupport"),
            _setting("modify_vpc_attribute", "VpcId", "enableDnsHostnames"),
        ),
        read=(
            by_id("describe_vpcs", "VpcIds", "Vpcs[0]"),
            _attribute("enableDnsSupport", "dnsSupport"),
            _attribute("enableDnsHostnames", "dnsHostnames"),
            _default("describe_security_groups", "group-name", "default", "SecurityGroups[0]", "defaultGroup"),
            _default("describe_route_tables", "association.main", "true", "RouteTables[0]", "mainTable"),
            _default("describe_network_acls", "default", "true", "NetworkAcls[0]", "defaultAcl"),
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
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.SUBNET[0],
        service="ec2",
        create=Call(
            operation="create_subnet",
            args={"TagSpecifications": tags_of("subnet")},
            takes=("vpcId", "cidrBlock", "ipv6CidrBlock", "availabilityZone", "ipv6Native"),
        ),
        id="Subnet.SubnetId",
        find=owned("describe_subnets", "Subnets[].SubnetId"),
        finds_own=True,
        steps=(
            _setting("modify_subnet_attribute", "SubnetId", "mapPublicIpOnLaunch"),
            _setting("modify_subnet_attribute", "SubnetId", "assignIpv6AddressOnCreation"),
        ),
        read=(by_id("describe_subnets", "SubnetIds", "Subnets[0]"),),
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
        tagging=TAGGING,
    ),
)
