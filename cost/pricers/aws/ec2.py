"""EC2 and VPC: instances, volumes, snapshots, addresses, gateways, endpoints, flow logs, VPN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cost.addresses import DEFAULT_SUBNET, SUBNET, has_elastic_ip, per_instance
from cost.charges import NOTHING, ONE, Amount, Charge, Unpriced
from cost.compute import (
    ASSUMED_ROOT_GB,
    DETAILED_METRICS,
    MAGNETIC_IO,
    Volume,
    credit_charges,
    on_demand,
    spot,
    volume_charges,
    volume_of,
)
from cost.images import OPERATING_SYSTEM, system_of
from cost.logs import FLOW_LOG, FLOW_LOG_KB_PER_CONNECTION
from cost.registry import Pricer
from cost.scope import GB_KB, Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

PROCESSED: Final = UsageKey("monthly_data_processed_gb", Decimal(100), "gigabytes processed a month")
SNAPSHOT_GB: Final = UsageKey("storage_gb", Decimal(8), "gigabytes of the snapshot")
FLOW_LOG_GB: Final = UsageKey("monthly_gb", Decimal(1), "gigabytes of flow logs a month")
ENDPOINT: Final = tokens.VPC_ENDPOINT[0]
ENDPOINT_ASSOCIATION: Final = tokens.VPC_ENDPOINT_SUBNET[0]

TUNNELS: Final = 2
"""Tunnels of a VPN connection, each with a public address that is billed (operation CreateVpnConnection of the Cost and
Usage Report's PublicIPv4 usage, 2024-02)."""

OUTBOUND: Final = UsageKey("monthly_outbound_internet_gb", Decimal(0), "gigabytes sent to the internet a month")


def instance(scope: Scope) -> Iterator[Charge]:
    """Hours, volumes, address, detailed monitoring and surplus credits of one instance."""
    system = system_of(scope, scope.resource.get("ami"))
    kind = scope.text("instanceType")
    if not kind:
        raise Unpriced("its instance type is in a launch template that isn't read here; set instanceType")
    if scope.text("tenancy", "default") not in ("default", ""):
        raise Unpriced("dedicated tenancy isn't priced; only default tenancy is in the catalogue")
    on_spot = bool(scope.known("instanceMarketOptions", None))
    price = spot(scope, kind, system) if on_spot else on_demand(scope, kind, system)
    yield Charge(f"Instance ({kind}, {'spot' if on_spot else 'on demand'})", price, ONE, Metering.SECONDS)
    if on_spot:
        extra = Amount(Decimal(0), Decimal(0), Decimal(1))
        regular = on_demand(scope, kind, system)
        if regular.usd > price.usd:
            yield Charge(f"Worst case: {kind} on demand", regular, extra, Metering.SECONDS)
    root = scope.known("rootBlockDevice", None)
    volume = volume_of(root) if root else Volume(Decimal(ASSUMED_ROOT_GB), assumed=True)
    yield from volume_charges(scope, volume, ONE, what="Root volume")
    for device in scope.items("ebsBlockDevices"):
        yield from volume_charges(scope, volume_of(device), ONE, what="Volume")
    addresses = _public(scope)
    if addresses.worst:
        yield scope.charge("Public IPv4 address", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS)
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


def _public(scope: Scope) -> Amount:
    """Addresses that AWS assigns: none to an instance with network interfaces of its own, nor beside an Elastic IP."""
    if has_elastic_ip(scope) or scope.resource.get("networkInterfaces"):
        return NOTHING
    return per_instance(scope, "subnetId", scope.resource.get("associatePublicIpAddress"))


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
    """Interface endpoints: hours a zone, and data. Gateway endpoints are free.

    Zones that subnet associations of the graph add are billed there.
    """
    kind = scope.text("vpcEndpointType", "Gateway")
    if kind == "Gateway":
        return
    zones = scope.members("subnetIds", SUBNET, DEFAULT_SUBNET)
    if zones is None:
        if scope.resource.get("subnetIds") is not None:
            raise Unpriced("subnetIds aren't known, nor what they depend on, and each of them is billed by the hour")
        zones = 0 if scope.resource.urn in _associated_endpoints(scope) else 1
    yield scope.charge(f"{kind} endpoint", ("vpc", "interface_endpoint_hour"), Amount.fixed(zones), Metering.FULL_HOURS)
    yield scope.use("Data through the endpoint", ("vpc", "interface_endpoint_gb"), scope.usage(PROCESSED))


def _associated_endpoints(scope: Scope) -> frozenset[str]:
    """URNs of endpoints that subnet associations of the graph name."""
    found: frozenset[str] | None = scope.pricing.cache.get("associated endpoints")
    if found is None:
        graph = scope.graph
        found = scope.pricing.cache["associated endpoints"] = frozenset(
            endpoint.urn
            for association in graph.of_type(ENDPOINT_ASSOCIATION)
            for endpoint in graph.referenced(association, "vpcEndpointId", ENDPOINT)
        )
    return found


def endpoint_association(scope: Scope) -> Iterator[Charge]:
    """One more zone of an interface endpoint."""
    endpoints = scope.graph.referenced(scope.resource, "vpcEndpointId", ENDPOINT)
    if any(str(endpoint.get("vpcEndpointType", "Gateway")) == "Gateway" for endpoint in endpoints):
        return
    yield scope.charge("Endpoint in a further subnet", ("vpc", "interface_endpoint_hour"), ONE, Metering.FULL_HOURS)


def flow_log(scope: Scope) -> Iterator[Charge]:
    """Delivery to S3; what goes to CloudWatch is billed at the log group."""
    if scope.text("logDestinationType", "cloud-watch-logs") == "cloud-watch-logs":
        return
    per_request = scope.traffic.new_connections_per_request * FLOW_LOG_KB_PER_CONNECTION
    derived = scope.requests * per_request / GB_KB
    key = "vended_logs_s3_gb" if scope.text("logDestinationType") == "s3" else "vended_logs_firehose_gb"
    yield scope.use("Flow logs delivered", ("cloudwatch", key), scope.usage(FLOW_LOG_GB, derived))


def template(_: Scope) -> Iterator[Charge]:
    """A launch template or configuration costs nothing by itself; its instances are billed where they run."""
    yield from ()


def vpn_connection(scope: Scope) -> Iterator[Charge]:
    """Hours of a site-to-site VPN connection, the public addresses of its tunnels, and its attachment to a transit
    gateway, which AWS makes by itself."""
    yield scope.charge("VPN connection", ("vpc", "vpn_connection_hour"), ONE, Metering.FULL_HOURS)
    if scope.text("outsideIpAddressType", "PublicIpv4").lower() == "publicipv4":
        yield scope.charge(
            "Public IPv4 addresses of the tunnels", ("vpc", "public_ipv4_hour"), Amount.fixed(TUNNELS), Metering.SECONDS
        )
    if scope.resource.gives("transitGatewayId") and not scope.resource.get("transportTransitGatewayAttachmentId"):
        yield from transit_gateway_attachment(scope)


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
    tokens.INSTANCE[0]: Pricer(instance, twins=("aws_instance",), usage=(OUTBOUND, OPERATING_SYSTEM, MAGNETIC_IO)),
    tokens.VOLUME[0]: Pricer(volume, twins=("aws_ebs_volume",), usage=(MAGNETIC_IO,)),
    tokens.SNAPSHOT[0]: Pricer(snapshot, twins=("aws_ebs_snapshot",), usage=(SNAPSHOT_GB,)),
    tokens.ELASTIC_IP[0]: Pricer(elastic_ip, twins=("aws_eip",)),
    tokens.NAT_GATEWAY[0]: Pricer(nat_gateway, twins=("aws_nat_gateway",), usage=(PROCESSED,)),
    ENDPOINT: Pricer(vpc_endpoint, twins=("aws_vpc_endpoint",), usage=(PROCESSED,)),
    ENDPOINT_ASSOCIATION: Pricer(endpoint_association, twins=("aws_vpc_endpoint_subnet_association",)),
    FLOW_LOG: Pricer(flow_log, twins=("aws_flow_log",), usage=(FLOW_LOG_GB,)),
    tokens.LAUNCH_TEMPLATE[0]: Pricer(template, twins=("aws_launch_template",)),
    tokens.LAUNCH_CONFIGURATION[0]: Pricer(template, twins=("aws_launch_configuration",)),
    tokens.VPN_CONNECTION[0]: Pricer(vpn_connection, twins=("aws_vpn_connection",), usage=(PROCESSED,)),
    tokens.CLIENT_VPN_ASSOCIATION[0]: Pricer(client_vpn_association, twins=("aws_ec2_client_vpn_network_association",)),
    tokens.TRANSIT_GATEWAY_ATTACHMENT[0]: Pricer(
        transit_gateway_attachment, twins=("aws_ec2_transit_gateway_vpc_attachment",), usage=(PROCESSED,)
    ),
    tokens.TRANSIT_GATEWAY_PEERING[0]: Pricer(
        transit_gateway_attachment, twins=("aws_ec2_transit_gateway_peering_attachment",), usage=(PROCESSED,)
    ),
}
