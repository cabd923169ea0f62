"""EC2 and VPC: instances, volumes, snapshots, addresses, gateways, endpoints, flow logs, VPN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Unpriced
from cost.compute import (
    ASSUMED_ROOT_GB,
    DETAILED_METRICS,
    Volume,
    credit_charges,
    on_demand,
    refuse_windows,
    spot,
    volume_charges,
    volume_of,
)
from cost.logs import FLOW_LOG, FLOW_LOG_KB_PER_CONNECTION
from cost.registry import Pricer
from cost.scope import GB_KB, Scope, UsageKey
from cost.uptime import Metering

PROCESSED: Final = UsageKey("monthly_data_processed_gb", Decimal(100), "gigabytes processed a month")
SNAPSHOT_GB: Final = UsageKey("storage_gb", Decimal(8), "gigabytes of the snapshot")
FLOW_LOG_GB: Final = UsageKey("monthly_gb", Decimal(1), "gigabytes of flow logs a month")
OUTBOUND: Final = UsageKey("monthly_outbound_internet_gb", Decimal(0), "gigabytes sent to the internet a month")


def instance(scope: Scope) -> Iterator[Charge]:
    """Hours, volumes, address, detailed monitoring and surplus credits of one instance."""
    refuse_windows(scope.resource.get("ami"))
    kind = scope.text("instanceType")
    if not kind:
        raise Unpriced("its instance type is in a launch template that isn't read here; set instanceType")
    if scope.text("tenancy", "default") not in ("default", ""):
        raise Unpriced("dedicated tenancy isn't priced; only default tenancy is in the catalogue")
    on_spot = bool(scope.known("instanceMarketOptions", None))
    price = spot(scope, kind) if on_spot else on_demand(scope, kind)
    yield Charge(f"Instance ({kind}, {'spot' if on_spot else 'on demand'})", price, ONE, Metering.SECONDS)
    if on_spot:
        extra = Amount(Decimal(0), Decimal(0), Decimal(1))
        regular = on_demand(scope, kind)
        if regular.usd > price.usd:
            yield Charge(f"Worst case: {kind} on demand", regular, extra, Metering.SECONDS)
    root = scope.known("rootBlockDevice", None)
    volume = volume_of(root) if root else Volume(Decimal(ASSUMED_ROOT_GB), assumed=True)
    yield from volume_charges(scope, volume, ONE, what="Root volume")
    for device in scope.items("ebsBlockDevices"):
        yield from volume_charges(scope, volume_of(device), ONE, what="Volume")
    if _public(scope):
        yield scope.charge("Public IPv4 address", ("vpc", "public_ipv4_hour"), ONE, Metering.SECONDS)
    if scope.flag("monitoring"):
        yield scope.charge(
            "Detailed monitoring",
            ("cloudwatch", "metric_month"),
            Amount.fixed(DETAILED_METRICS),
            Metering.PRORATED_MONTH,
        )
    yield from credit_charges(scope, (kind,), scope.text("creditSpecification.cpuCredits") or None, ONE)
    if OUTBOUND.name in scope.pricing.usage.get(scope.resource.urn, {}):
        yield scope.use("Data out to the internet", ("data_transfer", "internet_out_gb"), scope.usage(OUTBOUND))


def _public(scope: Scope) -> bool:
    if scope.flag("associatePublicIpAddress"):
        return True
    if scope.resource.get("associatePublicIpAddress") is not None:
        return False
    subnets = scope.graph.referenced(scope.resource, "subnetId", "aws:ec2/subnet:Subnet")
    return any(subnet.get("mapPublicIpOnLaunch") is True for subnet in subnets)


def volume(scope: Scope) -> Iterator[Charge]:
    """A volume of its own; it keeps its data when the stack is parked."""
    size = scope.number("size")
    if not size:
        raise Unpriced("its size isn't declared (made from a snapshot?), so it can't be priced; set size")
    declared = Volume(size, scope.text("type", "gp2"), iops=scope.number("iops"), mbps=scope.number("throughput"))
    yield from volume_charges(scope, declared, ONE, Metering.STANDING)


def snapshot(scope: Scope) -> Iterator[Charge]:
    """Stored data of a snapshot."""
    used = scope.usage(SNAPSHOT_GB)
    yield Charge(
        "Snapshot storage",
        scope.price("ebs", "snapshot_gb_month"),
        used.amount,
        Metering.STANDING,
        usage_based=True,
        assumed=used.assumed,
    )


def elastic_ip(scope: Scope) -> Iterator[Charge]:
    """A public IPv4 address, in use or not; one from an own pool (BYOIP) is free."""
    if scope.known("publicIpv4Pool", None) not in (None, "", "amazon"):
        return
    yield scope.charge("Elastic IP (public IPv4)", ("vpc", "public_ipv4_hour"), ONE, Metering.SECONDS)


def nat_gateway(scope: Scope) -> Iterator[Charge]:
    """Hours and data; its address is an elastic IP, billed there."""
    yield scope.charge("NAT gateway", ("vpc", "nat_gateway_hour"), ONE, Metering.FULL_HOURS)
    yield scope.use("Data through the NAT gateway", ("vpc", "nat_gateway_gb"), scope.usage(PROCESSED))


def vpc_endpoint(scope: Scope) -> Iterator[Charge]:
    """Interface endpoints: hours a zone, and data. Gateway endpoints are free."""
    kind = scope.text("vpcEndpointType", "Gateway")
    if kind == "Gateway":
        return
    zones = max(1, len(scope.items("subnetIds")))
    yield scope.charge(f"{kind} endpoint", ("vpc", "interface_endpoint_hour"), Amount.fixed(zones), Metering.FULL_HOURS)
    yield scope.use("Data through the endpoint", ("vpc", "interface_endpoint_gb"), scope.usage(PROCESSED))


def flow_log(scope: Scope) -> Iterator[Charge]:
    """Delivery to S3; what goes to CloudWatch is billed at the log group."""
    if scope.text("logDestinationType", "cloud-watch-logs") == "cloud-watch-logs":
        return
    per_request = scope.traffic.new_connections_per_request * FLOW_LOG_KB_PER_CONNECTION
    derived = scope.requests * per_request / GB_KB
    key = "vended_logs_s3_gb" if scope.text("logDestinationType") == "s3" else "vended_logs_firehose_gb"
    yield scope.use("Flow logs delivered", ("cloudwatch", key), scope.usage(FLOW_LOG_GB, derived))


def template(scope: Scope) -> Iterator[Charge]:
    """A launch template or configuration costs nothing by itself; its instances are billed where they run."""
    refuse_windows(scope.resource.get("imageId"))
    yield from ()


def vpn_connection(scope: Scope) -> Iterator[Charge]:
    """Hours of a site-to-site VPN connection."""
    yield scope.charge("VPN connection", ("vpc", "vpn_connection_hour"), ONE, Metering.FULL_HOURS)


def client_vpn_association(scope: Scope) -> Iterator[Charge]:
    """Hours of a Client VPN endpoint in one subnet."""
    yield scope.charge("Client VPN association", ("vpc", "client_vpn_association_hour"), ONE, Metering.FULL_HOURS)


def transit_gateway_attachment(scope: Scope) -> Iterator[Charge]:
    """Hours and data of one attachment."""
    yield scope.charge(
        "Transit Gateway attachment", ("vpc", "transit_gateway_attachment_hour"), ONE, Metering.FULL_HOURS
    )
    yield scope.use("Data through the Transit Gateway", ("vpc", "transit_gateway_gb"), scope.usage(PROCESSED))


PRICERS: Final[Mapping[str, Pricer]] = {
    "aws:ec2/instance:Instance": Pricer(instance, twins=("aws_instance",), usage=(OUTBOUND,)),
    "aws:ebs/volume:Volume": Pricer(volume, twins=("aws_ebs_volume",)),
    "aws:ebs/snapshot:Snapshot": Pricer(snapshot, twins=("aws_ebs_snapshot",), usage=(SNAPSHOT_GB,)),
    "aws:ec2/eip:Eip": Pricer(elastic_ip, twins=("aws_eip",)),
    "aws:ec2/natGateway:NatGateway": Pricer(nat_gateway, twins=("aws_nat_gateway",), usage=(PROCESSED,)),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Pricer(vpc_endpoint, twins=("aws_vpc_endpoint",), usage=(PROCESSED,)),
    FLOW_LOG: Pricer(flow_log, twins=("aws_flow_log",), usage=(FLOW_LOG_GB,)),
    "aws:ec2/launchTemplate:LaunchTemplate": Pricer(template, twins=("aws_launch_template",)),
    "aws:ec2/launchConfiguration:LaunchConfiguration": Pricer(template, twins=("aws_launch_configuration",)),
    "aws:ec2/vpnConnection:VpnConnection": Pricer(vpn_connection, twins=("aws_vpn_connection",)),
    "aws:ec2clientvpn/networkAssociation:NetworkAssociation": Pricer(
        client_vpn_association, twins=("aws_ec2_client_vpn_network_association",)
    ),
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": Pricer(
        transit_gateway_attachment, twins=("aws_ec2_transit_gateway_vpc_attachment",), usage=(PROCESSED,)
    ),
}
