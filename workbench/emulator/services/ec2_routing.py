"""EC2: route tables, their routes, and the subnets that follow them."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.ec2_rows import ARN, TAGGING, owned, tags_of
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import by_id


def _declared(name: str) -> Any:
    def value(context: Context) -> Any:
        return context.get(name) or None

    return value


_DESTINATION: dict[str, Any] = {
    "RouteTableId": "{routeTableId}",
    "DestinationCidrBlock": _declared("destinationCidrBlock"),
    "DestinationIpv6CidrBlock": _declared("destinationIpv6CidrBlock"),
}
_ROUTE: dict[str, Any] = {
    **_DESTINATION,
    "GatewayId": _declared("gatewayId"),
    "EgressOnlyInternetGatewayId": _declared("egressOnlyGatewayId"),
    "NatGatewayId": _declared("natGatewayId"),
    "TransitGatewayId": _declared("transitGatewayId"),
    "VpcPeeringConnectionId": _declared("vpcPeeringConnectionId"),
}
_THIS_ROUTE = (
    "RouteTables[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}' "
    "|| DestinationIpv6CidrBlock=='{destinationIpv6CidrBlock}'] | [0]"
)

TYPES = (
    AwsType(
        pulumi_type=tokens.ROUTE_TABLE[0],
        service="ec2",
        create=Call(
            operation="create_route_table",
            args={"VpcId": "{vpcId}", "TagSpecifications": tags_of("route-table")},
        ),
        id="RouteTable.RouteTableId",
        find=owned("describe_route_tables", "RouteTables[].RouteTableId"),
        finds_own=True,
        read=(by_id("describe_route_tables", "RouteTableIds", "RouteTables[0]"),),
        delete=Call(operation="delete_route_table", args={"RouteTableId": "{id}"}),
        outputs={"arn": ARN + "route-table/{id}", "ownerId": "{account}"},
        replaces=frozenset({"vpcId"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.ROUTE[0],
        service="ec2",
        create=Call(operation="create_route", args=_ROUTE),
        id="r-{routeTableId}-{uid}",
        find=Read(
            operation="describe_route_tables",
            args={"RouteTableIds": ["{routeTableId}"]},
            item=_THIS_ROUTE + " && 'r-{routeTableId}-{uid}'",
        ),
        read=(Read(operation="describe_route_tables", args={"RouteTableIds": ["{routeTableId}"]}, item=_THIS_ROUTE),),
        live={"egressOnlyGatewayId": "EgressOnlyInternetGatewayId"},
        update=(Call(operation="replace_route", args=_ROUTE),),
        delete=Call(operation="delete_route", args=_DESTINATION),
        replaces=frozenset(
            {"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"}
        ),
    ),
    AwsType(
        pulumi_type=tokens.ROUTE_TABLE_ASSOCIATION[0],
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
            item="RouteTables[].Associations[?SubnetId=='{subnetId}'][].RouteTableAssociationId",
        ),
        read=(
            Read(
                operation="describe_route_tables",
                args={"Filters": [{"Name": "association.route-table-association-id", "Values": ["{id}"]}]},
                item="RouteTables[0].{RouteTableId: RouteTableId, subnets: Associations[].SubnetId}",
            ),
        ),
        live={"routeTableId": "RouteTableId"},
        update=(
            Call(
                operation="replace_route_table_association",
                args={"AssociationId": "{id}", "RouteTableId": "{routeTableId}"},
                when=("routeTableId",),
            ),
        ),
        delete=Call(operation="disassociate_route_table", args={"AssociationId": "{id}"}),
        replaces=frozenset({"subnetId", "gatewayId"}),
    ),
)
