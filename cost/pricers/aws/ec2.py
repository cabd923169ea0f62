"""EC2 and VPC: instances, volumes, snapshots, addresses, gateways, endpoints, flow logs, VPN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from cost.addresses import DEFAULT_SUBNET, SUBNET, has_elastic_ip, interface_address, per_instance
from cost.charges import NOTHING, ONE, ZERO, Amount, Charge, Unpriced
from cost.compute import (
    CREDITS,
    DETAILED_METRICS,
    MAGNETIC_IO,
    Volume,
    capped,
    credit_charges,
    on_demand,
    spot,
    volume_charges,
    volume_of,
)
from cost.fleets import LAUNCH_TEMPLATE, first, monitored, type_of, volumes_of
from cost.images import OPERATING_SYSTEM, system_of
from cost.logs import FLOW_LOG, FLOW_LOG_KB_PER_CONNECTION
from cost.registry import Pricer
from cost.scope import GB_KB, Pricing, Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens
from deployment.graph import Resource

PROCESSED: Final = UsageKey("monthly_data_processed_gb", Decimal(100), "gigabytes processed a month")
SNAPSHOT_GB: Final = UsageKey("storage_gb", Decimal(8), "gigabytes of the snapshot")
SNAPSHOT_USE: Final = (
    (
        "Fast restore",
        "fast_snapshot_restore_hour",
        UsageKey("fast_snapshot_restore_hours", Decimal(0), "hours a month of fast restore, for each zone that has it"),
    ),
    (
        "Lists of blocks",
        "1k_list_requests",
        UsageKey("monthly_list_block_requests", Decimal(0), "requests a month that list (changed) blocks"),
    ),
    ("Blocks read", "1k_get_requests", UsageKey("monthly_get_block_requests", Decimal(0), "blocks read a month")),
    ("Blocks written", "1k_put_requests", UsageKey("monthly_put_block_requests", Decimal(0), "blocks written a month")),
)
"""What few use of a snapshot: line, price and usage key."""
FLOW_LOG_GB: Final = UsageKey("monthly_gb", Decimal(1), "gigabytes of flow logs a month")
ENDPOINT: Final = tokens.VPC_ENDPOINT[0]
ENDPOINT_ASSOCIATION: Final = tokens.VPC_ENDPOINT_SUBNET[0]

TUNNELS: Final = 2
"""Tunnels of a VPN connection, each with a public address that is billed (operation CreateVpnConnection of the Cost and
Usage Report's PublicIPv4 usage, 2024-02)."""

CONNECTED: Final = UsageKey("monthly_connection_hours", Decimal(100), "hours of all client connections a month")

OWN_INTERFACES: Final = ("networkInterfaces", "primaryNetworkInterface")
"""Where an instance names network interfaces that are made elsewhere; such get no address by themselves."""

OUTBOUND: Final = UsageKey("monthly_outbound_internet_gb", Decimal(0), "gigabytes sent to the internet a month")


def instance(scope: Scope) -> Iterator[Charge]:
    """Hours, volumes, address, detailed monitoring and surplus credits of one instance. What it doesn't declare itself
    its launch template does."""
    launch = _template(scope)
    own = scope.resource.get("ami")
    system = system_of(scope, launch.get("imageId") if own is None else own)
    kind = scope.text("instanceType") or type_of(launch)
    tenancy = scope.text("tenancy", "default") or "default"
    if tenancy == "host" and scope.referenced("hostId", tokens.DEDICATED_HOST[0]):
        if system != "linux":
            raise Unpriced("licences of instances on a dedicated host aren't priced")
    elif tenancy != "default":
        raise Unpriced("dedicated tenancy is priced on a dedicated host of the graph alone, named by hostId")
    else:
        yield from _hours(scope, launch, kind, system)
    yield from _disks(scope, volumes_of(launch, system))
    addresses = _public(scope, launch)
    if addresses.worst:
        yield scope.charge("Public IPv4 address", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS)
    if scope.flag("monitoring", monitored(launch)):
        yield scope.charge(
            "Detailed monitoring",
            ("cloudwatch", "metric_month"),
            Amount.fixed(DETAILED_METRICS),
            Metering.PRORATED_MONTH,
        )
    bursts = first(scope.known("creditSpecification", None) or launch.get("creditSpecification")) or {}
    yield from credit_charges(scope, (kind,), bursts.get("cpuCredits") or None, ONE)
    yield from scope.used_where_given("Data out to the internet", ("data_transfer", "internet_out_gb"), OUTBOUND)


def _template(scope: Scope) -> Mapping[str, Any]:
    """What the launch template of the instance declares; nothing without one. Raises Unpriced for one elsewhere."""
    if not scope.resource.gives("launchTemplate"):
        return {}
    found = scope.referenced("launchTemplate", LAUNCH_TEMPLATE)
    if found:
        return found[0].inputs
    if isinstance(scope.resource.get("instanceType"), str):
        return {}
    raise Unpriced("its launch template isn't in the graph, so its instance type isn't known; set instanceType")


def _hours(scope: Scope, launch: Mapping[str, Any], kind: str, system: str) -> Iterator[Charge]:
    """Instance hours; on spot the worst case is the bid, or else the on-demand price that spot never exceeds."""
    market = first(scope.known("instanceMarketOptions", None) or launch.get("instanceMarketOptions")) or {}
    regular = on_demand(scope, kind, system)
    if not market and scope.resource.type not in tokens.SPOT_REQUEST:
        yield Charge(f"Instance ({kind}, on demand)", regular, ONE, Metering.SECONDS)
        return
    bid = scope.text("spotPrice") or (first(market.get("spotOptions")) or {}).get("maxPrice")
    price, most = spot(scope, kind, system), regular
    if bid:
        price, most = capped(price, Decimal(str(bid))), capped(regular, Decimal(str(bid)))
    yield Charge(f"Instance ({kind}, spot)", price, Amount(ONE.floor, ONE.expected, ZERO), Metering.SECONDS)
    yield Charge(f"Worst case: {kind} at its dearest", most, Amount(ZERO, ZERO, ONE.worst), Metering.SECONDS)


def _disks(scope: Scope, templated: Sequence[Volume]) -> Iterator[Charge]:
    """The root volume and the others; a template's give way to what the instance says of its own."""
    root = first(scope.known("rootBlockDevice", None))
    yield from volume_charges(scope, volume_of(root) if root else templated[0], ONE, what="Root volume")
    for device in scope.items("ebsBlockDevices"):
        yield from volume_charges(scope, volume_of(device), ONE, what="Volume")
    if not scope.items("ebsBlockDevices"):
        for volume in templated[1:]:
            yield from volume_charges(scope, volume, ONE, what="Volume")


def _public(scope: Scope, launch: Mapping[str, Any]) -> Amount:
    """Addresses that AWS assigns: none to an instance with network interfaces of its own, nor beside an Elastic IP."""
    if has_elastic_ip(scope) or any(scope.resource.gives(path) for path in OWN_INTERFACES):
        return NOTHING
    declared = scope.resource.get("associatePublicIpAddress")
    return per_instance(scope, "subnetId", interface_address(launch) if declared is None else declared)


def volume(scope: Scope) -> Iterator[Charge]:
    """A volume of its own; it keeps its data when the stack is parked."""
    size = scope.number("size")
    if not size:
        raise Unpriced("its size isn't declared (made from a snapshot?), so it can't be priced; set size")
    declared = Volume(size, scope.text("type", "gp2"), iops=scope.number("iops"), mbps=scope.number("throughput"))
    yield from volume_charges(scope, declared, ONE, Metering.STANDING)


def snapshot(scope: Scope) -> Iterator[Charge]:
    """Stored data of a snapshot, at most the size of the volume that it was taken of."""
    yield scope.kept("Snapshot storage", ("ebs", "snapshot_gb_month"), scope.usage(SNAPSHOT_GB, _volume_size(scope)))
    for item, key, usage in SNAPSHOT_USE:
        yield from scope.used_where_given(item, ("ebs", key), usage)


def _volume_size(scope: Scope) -> Amount | None:
    """Gigabytes of the volume that a snapshot, or the one that it copies, was taken of; None without one."""
    found = scope.referenced("sourceSnapshotId", *tokens.SNAPSHOT)
    first = Scope(scope.pricing, found[0]) if found else scope
    volumes = scope.graph.referenced(first.resource, "volumeId", *tokens.VOLUME)
    if scope.untold("sourceSnapshotId", *tokens.SNAPSHOT) or first.untold("volumeId", *tokens.VOLUME):
        volumes = scope.graph.of_type(*tokens.VOLUME)  # it may be any of them: the largest counts
    size = max((Scope(scope.pricing, one).number("size") for one in volumes), default=ZERO)
    return Amount.of(0, size, size) if size else None


def elastic_ip(scope: Scope) -> Iterator[Charge]:
    """A public IPv4 address, in use or not; one from an own pool (BYOIP) is free."""
    if scope.known("publicIpv4Pool", None) not in (None, "", "amazon"):
        return
    yield scope.charge("Elastic IP (public IPv4)", ("vpc", "public_ipv4_hour"), ONE, Metering.SECONDS)


def nat_gateway(scope: Scope) -> Iterator[Charge]:
    """Hours and data; its address is an elastic IP, billed there."""
    yield scope.charge("NAT gateway", ("vpc", "nat_gateway_hour"), ONE, Metering.FULL_HOURS)
    yield scope.use("Data through the NAT gateway", ("vpc", "nat_gateway_gb"), scope.usage(PROCESSED))


ENDPOINT_KINDS: Final = ("Gateway", "Interface", "GatewayLoadBalancer", "Resource", "ServiceNetwork")


def vpc_endpoint(scope: Scope) -> Iterator[Charge]:
    """Interface endpoints and those of gateway load balancers: hours a zone, and data. Gateway endpoints are free.

    Zones that subnet associations of the graph add are billed there.
    """
    kind = scope.kind("vpcEndpointType", "Gateway", *ENDPOINT_KINDS)
    if kind == "Gateway":
        return
    zones = scope.members("subnetIds", SUBNET, DEFAULT_SUBNET) or scope.members("subnetConfigurations")
    if scope.its(scope.pricing.once(_associated_endpoints)) and not scope.resource.inputs.get("subnetIds"):
        zones = 0  # an export repeats those of the associations
    if zones is None:
        if scope.resource.get("subnetIds") is not None:
            raise Unpriced("subnetIds aren't known, nor what they depend on, and each of them is billed by the hour")
        zones = 1
    hours, data = _endpoint_prices(kind)
    yield scope.charge(f"{kind} endpoint", ("vpc", hours), Amount.fixed(zones), Metering.FULL_HOURS)
    yield scope.use("Data through the endpoint", ("vpc", data), scope.usage(PROCESSED))


def _endpoint_prices(kind: str) -> tuple[str, str]:
    """Prices of an hour and a gigabyte of one `kind` of endpoint."""
    prefix = "gwlb" if kind == "GatewayLoadBalancer" else "interface"
    return f"{prefix}_endpoint_hour", f"{prefix}_endpoint_gb"


def _associated_endpoints(pricing: Pricing) -> Mapping[str, Resource]:
    """URN of an endpoint that subnet associations of the graph name -> one of them."""
    return {
        endpoint.urn: association
        for association in pricing.graph.of_type(ENDPOINT_ASSOCIATION)
        for endpoint in pricing.graph.referenced(association, "vpcEndpointId", ENDPOINT)
    }


def endpoint_association(scope: Scope) -> Iterator[Charge]:
    """One more zone of an interface endpoint."""
    endpoints = scope.referenced("vpcEndpointId", ENDPOINT)
    if any(str(endpoint.get("vpcEndpointType", "Gateway")) == "Gateway" for endpoint in endpoints):
        return
    kind = str(endpoints[0].get("vpcEndpointType")) if endpoints else "Interface"
    hours, _ = _endpoint_prices(kind)
    yield scope.charge("Endpoint in a further subnet", ("vpc", hours), ONE, Metering.FULL_HOURS)


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


def client_vpn_endpoint(scope: Scope) -> Iterator[Charge]:
    """Hours of the clients' connections; the endpoint itself is billed where it is associated with subnets."""
    yield scope.use("Client connections", ("vpc", "client_vpn_connection_hour"), scope.usage(CONNECTED))


def client_vpn_association(scope: Scope) -> Iterator[Charge]:
    """Hours of a Client VPN endpoint in one subnet."""
    yield scope.charge("Client VPN association", ("vpc", "client_vpn_association_hour"), ONE, Metering.FULL_HOURS)


def transit_gateway_attachment(scope: Scope) -> Iterator[Charge]:
    """Hours and data of one attachment."""
    yield scope.charge(
        "Transit Gateway attachment", ("vpc", "transit_gateway_attachment_hour"), ONE, Metering.FULL_HOURS
    )
    yield scope.use("Data through the Transit Gateway", ("vpc", "transit_gateway_gb"), scope.usage(PROCESSED))


def image(scope: Scope) -> Iterator[Charge]:
    """Snapshots that an image which is copied, or made from an instance, keeps of its volumes."""
    yield scope.kept("Snapshots of the image", ("ebs", "snapshot_gb_month"), scope.usage(SNAPSHOT_GB))


PLATFORMS: Final = {
    "Linux/UNIX": "linux",
    "Windows": "windows",
    "Red Hat Enterprise Linux": "rhel",
    "SUSE Linux": "suse",
}
"""Platform of a reservation -> operating system of its price."""


def capacity_reservation(scope: Scope) -> Iterator[Charge]:
    """Hours of reserved instances at the price of instances, used or not. Which instances of the graph run in it no
    declaration says: theirs count beside it, so the figure is a bound."""
    if scope.text("tenancy", "default") != "default":
        raise Unpriced("dedicated tenancy isn't priced; only default tenancy is in the catalogue")
    platform = scope.text("instancePlatform")
    if platform not in PLATFORMS:
        raise Unpriced(f"instancePlatform is {platform[:40]!r}; prices are known for {', '.join(PLATFORMS)}")
    kind = scope.text("instanceType")
    count = Amount.fixed(scope.number("instanceCount"))
    yield Charge(f"Reserved capacity ({kind})", on_demand(scope, kind, PLATFORMS[platform]), count, Metering.SECONDS)


def fast_restore(scope: Scope) -> Iterator[Charge]:
    """Fast restore of a snapshot in one zone."""
    yield scope.charge("Fast restore", ("ebs", "fast_snapshot_restore_hour"), ONE, Metering.SECONDS)


def dedicated_host(scope: Scope) -> Iterator[Charge]:
    """Hours of a host by the family of its instances; what runs on it costs nothing more."""
    family = scope.text("instanceFamily") or scope.text("instanceType").partition(".")[0]
    if not family:
        raise Unpriced("its instance family or type isn't declared; set one")
    yield scope.charge(f"Dedicated host ({family})", ("ec2", f"dedicated_host.{family}"), ONE, Metering.SECONDS)


def mirror_session(scope: Scope) -> Iterator[Charge]:
    """Hours of one network interface whose traffic is mirrored."""
    yield scope.charge("Traffic mirroring", ("vpc", "mirror_session_hour"), ONE, Metering.FULL_HOURS)


PRICERS: Final[Mapping[str, Pricer]] = {
    **dict.fromkeys(
        tokens.IMAGE_COPY, Pricer(image, twins=("aws_ami_copy", "aws_ami_from_instance"), usage=(SNAPSHOT_GB,))
    ),
    tokens.CAPACITY_RESERVATION[0]: Pricer(capacity_reservation, twins=("aws_ec2_capacity_reservation",)),
    tokens.FAST_RESTORE[0]: Pricer(fast_restore, twins=("aws_ebs_fast_snapshot_restore",)),
    tokens.DEDICATED_HOST[0]: Pricer(dedicated_host, twins=("aws_ec2_host",)),
    tokens.INSTANCE[0]: Pricer(
        instance, twins=("aws_instance",), usage=(OUTBOUND, OPERATING_SYSTEM, MAGNETIC_IO, *CREDITS)
    ),
    tokens.SPOT_REQUEST[0]: Pricer(
        instance, twins=("aws_spot_instance_request",), usage=(OUTBOUND, OPERATING_SYSTEM, MAGNETIC_IO, *CREDITS)
    ),
    tokens.VOLUME[0]: Pricer(volume, twins=("aws_ebs_volume",), usage=(MAGNETIC_IO,)),
    tokens.SNAPSHOT[0]: Pricer(
        snapshot, twins=("aws_ebs_snapshot",), usage=(SNAPSHOT_GB, *(key for *_, key in SNAPSHOT_USE))
    ),
    tokens.SNAPSHOT_COPY[0]: Pricer(
        snapshot, twins=("aws_ebs_snapshot_copy",), usage=(SNAPSHOT_GB, *(key for *_, key in SNAPSHOT_USE))
    ),
    tokens.ELASTIC_IP[0]: Pricer(elastic_ip, twins=("aws_eip",)),
    tokens.NAT_GATEWAY[0]: Pricer(nat_gateway, twins=("aws_nat_gateway",), usage=(PROCESSED,)),
    ENDPOINT: Pricer(vpc_endpoint, twins=("aws_vpc_endpoint",), usage=(PROCESSED,)),
    ENDPOINT_ASSOCIATION: Pricer(endpoint_association, twins=("aws_vpc_endpoint_subnet_association",)),
    FLOW_LOG: Pricer(flow_log, twins=("aws_flow_log",), usage=(FLOW_LOG_GB,)),
    tokens.LAUNCH_TEMPLATE[0]: Pricer(template, twins=("aws_launch_template",)),
    tokens.LAUNCH_CONFIGURATION[0]: Pricer(template, twins=("aws_launch_configuration",)),
    tokens.VPN_CONNECTION[0]: Pricer(vpn_connection, twins=("aws_vpn_connection",), usage=(PROCESSED,)),
    tokens.MIRROR_SESSION[0]: Pricer(mirror_session, twins=("aws_ec2_traffic_mirror_session",)),
    tokens.CLIENT_VPN_ENDPOINT[0]: Pricer(
        client_vpn_endpoint, twins=("aws_ec2_client_vpn_endpoint",), usage=(CONNECTED,)
    ),
    tokens.CLIENT_VPN_ASSOCIATION[0]: Pricer(client_vpn_association, twins=("aws_ec2_client_vpn_network_association",)),
    tokens.TRANSIT_GATEWAY_ATTACHMENT[0]: Pricer(
        transit_gateway_attachment, twins=("aws_ec2_transit_gateway_vpc_attachment",), usage=(PROCESSED,)
    ),
    tokens.TRANSIT_GATEWAY_PEERING[0]: Pricer(
        transit_gateway_attachment, twins=("aws_ec2_transit_gateway_peering_attachment",), usage=(PROCESSED,)
    ),
}
