"""The VPC of a dedicated stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

import pulumi
import pulumi_aws as aws

from components.observability.log_bucket import FLOW_LOG_PREFIX

IPV6_SUBNET_PREFIX = 64
"""Every IPv6 subnet of a VPC is a /64."""


SMALLEST_SUBNET_PREFIX = 27
"""A load balancer takes subnets of /27 or larger (Elastic Load Balancing guide)."""
MOST_SUBNETS = 16
"""Equal parts of a VPC's range: two for each of the zones a to h."""


def split(cidr: str) -> list[str]:
    """Equal ranges of `cidr`, as many whatever the zones: 16, or fewer where those would be smaller than /27.

    A subnet's range can't be changed, and AWS refuses a new one that overlaps one that is still there
    (InvalidSubnet.Conflict): with a range for each zone that may ever be used, adding a zone moves no other.
    """
    network = IPv4Network(cidr)
    parts = min(MOST_SUBNETS, 1 << max(0, SMALLEST_SUBNET_PREFIX - network.prefixlen))
    return [str(part) for part in network.subnets(prefixlen_diff=parts.bit_length() - 1)]


def numbers(zones: Sequence[str], subnets: int) -> dict[str, int]:
    """Zone -> number of the first of its two subnets, by the zone's letter alone: no other zone moves it.

    In a network of less than 16 subnets two letters may meet; then the later zone takes the next free number.

    Raises:
        ValueError: There are fewer subnets than two a zone.
    """
    if 2 * len(zones) > subnets:
        raise ValueError(f"{len(zones)} zones take {2 * len(zones)} subnets, and the network has {subnets}")
    found: dict[str, int] = {}
    for zone in zones:
        number = 2 * (ord(zone[-1]) - ord("a")) % subnets
        while number in found.values():
            number = (number + 2) % subnets
        found[zone] = number
    return found


def ipv6_range(vpc_cidr: str, index: int) -> str:
    """The /64 number `index` of a VPC's IPv6 range."""
    network = IPv6Network(vpc_cidr)
    first = int(network.network_address) + (index << (128 - IPV6_SUBNET_PREFIX))
    return str(IPv6Network((first, IPV6_SUBNET_PREFIX)))


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Address ranges and zones."""

    cidr: str
    """IPv4 range of the VPC."""
    zones: Sequence[str]
    """Availability Zones, at least two."""
    region: str
    """Region, for the names of the gateway endpoints."""
    log_bucket_arn: pulumi.Input[str]
    """Bucket that takes the flow logs of refused traffic."""


class Network(pulumi.ComponentResource):
    """Dual-stack VPC without anything billed by the hour: no NAT gateway, no public IPv4, no interface endpoint.

    Instances sit in private subnets and reach out over IPv6 through an egress-only internet gateway.
    Creates: VPC, two subnets a zone, internet gateway, egress-only internet gateway, route tables and routes,
    S3 gateway endpoint, emptied default security group, flow log.
    """

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""
    edge_subnet_ids: list[pulumi.Output[str]]
    """Subnets of the load balancer, one a zone, in the order of the zones."""
    fleet_subnet_ids: list[pulumi.Output[str]]
    """Subnets of the instances and the cache, one a zone."""

    fleet_route_table_id: pulumi.Output[str]
    """Route table of the instances' subnets."""
    s3_prefix_list_id: pulumi.Output[str]
    """Addresses of S3 behind the gateway endpoint."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Network", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr,
            assign_generated_ipv6_cidr_block=True,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": f"{name}-vpc"},
            opts=child,
        )
        self.vpc_id = vpc.id
        self._close_default_security_group(name, vpc)
        aws.ec2.FlowLog(
            f"{name}-flow-log",
            vpc_id=vpc.id,
            traffic_type="REJECT",  # accepted requests are in the access log; all of them twice would only cost
            log_destination_type="s3",
            log_destination=pulumi.Output.concat(args.log_bucket_arn, f"/{FLOW_LOG_PREFIX}"),
            max_aggregation_interval=600,
            opts=child,
        )
        gateway = aws.ec2.InternetGateway(
            f"{name}-gateway",
            vpc_id=vpc.id,
            # The provider would take it from the old VPC first, which AWS refuses while the load balancer is there
            # (EC2 reference, DetachInternetGateway: no running instances with public addresses).
            opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["vpcId"]),
        )
        egress = aws.ec2.EgressOnlyInternetGateway(f"{name}-egress", vpc_id=vpc.id, opts=child)
        edge_routes = aws.ec2.RouteTable(
            f"{name}-edge-routes", vpc_id=vpc.id, tags={"Name": f"{name}-edge"}, opts=child
        )
        fleet_routes = aws.ec2.RouteTable(
            f"{name}-fleet-routes", vpc_id=vpc.id, tags={"Name": f"{name}-fleet"}, opts=child
        )
        way_out = aws.ec2.Route(
            f"{name}-edge-ipv4",
            route_table_id=edge_routes.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=child,
        )
        aws.ec2.Route(
            f"{name}-edge-ipv6",
            route_table_id=edge_routes.id,
            destination_ipv6_cidr_block="::/0",
            gateway_id=gateway.id,
            opts=child,
        )
        aws.ec2.Route(
            f"{name}-fleet-ipv6",
            route_table_id=fleet_routes.id,
            destination_ipv6_cidr_block="::/0",
            egress_only_gateway_id=egress.id,
            opts=child,
        )
        endpoint = aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[fleet_routes.id],
            opts=child,
        )
        self.s3_prefix_list_id = endpoint.prefix_list_id
        self.fleet_route_table_id = pulumi.Output.from_input(fleet_routes.id)
        ranges = split(args.cidr)
        self.edge_subnet_ids = []
        self.fleet_subnet_ids = []
        for zone, first in numbers(args.zones, len(ranges)).items():
            for tier, table, found in (
                ("edge", edge_routes, self.edge_subnet_ids),
                ("fleet", fleet_routes, self.fleet_subnet_ids),
            ):
                number = first + (tier == "fleet")
                found.append(self._subnet(f"{name}-{tier}-{zone}", vpc, zone, ranges[number], number, table))
        # A load balancer of the internet is refused in a VPC without a gateway (InvalidSubnet), and the gateway stays
        # while it has addresses: whoever takes these subnets comes after the route, and goes before it.
        self.edge_subnet_ids = [
            pulumi.Output.all(subnet, way_out.id).apply(lambda ids: str(ids[0])) for subnet in self.edge_subnet_ids
        ]
        self.register_outputs(
            {"vpcId": self.vpc_id, "edgeSubnetIds": self.edge_subnet_ids, "fleetSubnetIds": self.fleet_subnet_ids}
        )

    def _subnet(
        self, name: str, vpc: aws.ec2.Vpc, zone: str, cidr: str, number: int, routes: aws.ec2.RouteTable
    ) -> pulumi.Output[str]:
        subnet = aws.ec2.Subnet(
            name,
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=cidr,
            ipv6_cidr_block=vpc.ipv6_cidr_block.apply(lambda vpc_range: ipv6_range(vpc_range, number)),
            assign_ipv6_address_on_creation=True,
            map_public_ip_on_launch=False,
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.ec2.RouteTableAssociation(
            f"{name}-routes", subnet_id=subnet.id, route_table_id=routes.id, opts=pulumi.ResourceOptions(parent=self)
        )
        return pulumi.Output.from_input(subnet.id)

    def _close_default_security_group(self, name: str, vpc: aws.ec2.Vpc) -> None:
        """Adopt the VPC's default group with no rules, so that nothing gets access by forgetting a group."""
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default-security-group",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            opts=pulumi.ResourceOptions(parent=self),
        )
