"""EKS: control plane by the hour, node groups as the instances they run, Fargate profiles as their pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from cost.addresses import interface_address, per_instance, zones
from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.compute import CREDITS, Volume, credit_charges, on_demand, spot, volume_charges, volume_of
from cost.fargate_pods import profiles_with_pods
from cost.fleets import LAUNCH_TEMPLATE, blocks, type_of
from cost.images import OPERATING_SYSTEM, system_of
from cost.lifecycle import Support, version_of
from cost.logs import LOG_GROUP
from cost.registry import Pricer
from cost.scope import Pricing, Scope, UsageKey, told
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens

NODE_DISK_GB: Final = Decimal(20)
WINDOWS_DISK_GB: Final = Decimal(50)
"""Root volume of a node where nothing is declared (EKS API, CreateNodegroup, diskSize, 2026-11)."""

POD_VCPU: Final = UsageKey("vcpu", Decimal("0.25"), "vCPUs of the pods of a Fargate profile that are in no graph")
POD_GB: Final = UsageKey(
    "memory_gb", Decimal("0.5"), "gigabytes of memory of the pods of a Fargate profile that are in no graph"
)
LOGS: Final = UsageKey("monthly_data_ingested_gb", Decimal(1), "gigabytes of control plane logs a month")
DEFAULT_NODE_TYPE: Final = "t3.medium"


STANDARD_ONLY: Final = "STANDARD"
"""Support type of an upgrade policy with which AWS upgrades a cluster when standard support ends."""


def cluster(scope: Scope) -> Iterator[Charge]:
    """The control plane, by the support that its version is in on the day that is priced."""
    price, support = scope.price("eks", "cluster_hour"), "standard"
    text = scope.text("version")
    version = version_of("eks", text) if text else None  # AWS takes a current one
    if version is not None and scope.text("upgradePolicy.supportType", "EXTENDED").upper() != STANDARD_ONLY:
        if version.support(scope.pricing.day) is not Support.STANDARD:
            price, support = scope.price("eks", "cluster_extended_support_hour"), "extended"
        elif (dearer := scope.find("eks", "cluster_extended_support_hour")) is not None:
            more_usd = (dearer.usd - price.usd) * MONTH_HOURS
            scope.announce(version.charged_from, f"Kubernetes {text} is in extended support", more_usd)
    yield Charge(f"Control plane ({support} support)", price, ONE, Metering.FULL_HOURS)
    if scope.items("enabledClusterLogTypes") and not _log_group(scope):
        yield scope.use("Control plane logs", ("cloudwatch", "logs_ingestion_gb"), scope.usage(LOGS))
    if scope.flag("computeConfig.enabled"):
        raise Unpriced(
            "EKS Auto Mode starts instances of its own and bills a fee for each, which has no price in the catalogue"
        )


def _names_of_log_groups(pricing: Pricing) -> frozenset[str | None]:
    declared = (group.get("name") for group in pricing.graph.of_type(LOG_GROUP))
    return frozenset(name if isinstance(name, str) else None for name in declared)  # None: it may be any


def _log_group(scope: Scope) -> bool:
    """True where the graph has the log group of the control plane: it is billed there."""
    names = scope.pricing.once(_names_of_log_groups)
    name = scope.resource.get("name", scope.resource.name)
    return None in names or f"/aws/eks/{name}/cluster" in names


NODES: Final = UsageKey("instances", Decimal(0), "nodes at a time, instead of the desired size")


def _launch(scope: Scope) -> Mapping[str, Any] | None:
    """What the launch template of a node group declares: nothing without one, None where it isn't in the graph."""
    if not scope.resource.gives("launchTemplate"):
        return {}
    found = scope.referenced("launchTemplate", LAUNCH_TEMPLATE)
    found = found or scope.named("launchTemplate.name", "name", LAUNCH_TEMPLATE)
    return found[0].inputs if found else None


def node_group(scope: Scope) -> Iterator[Charge]:
    """Nodes: floor at the minimum, expected at the desired size, worst case at the maximum and the dearest type."""
    low, high = scope.number("scalingConfig.minSize"), scope.number("scalingConfig.maxSize")
    desired = scope.number("scalingConfig.desiredSize", low)
    if (given := scope.given(NODES)) is not None:
        desired = min(max(low, given), max(desired, high))
    count = Amount.of(low, desired, max(desired, high) + update_surge(scope, max(desired, high)))
    launch = _launch(scope)
    declared = [str(each) for each in scope.items("instanceTypes")]
    if launch is None and not declared:
        raise Unpriced("its launch template isn't in the graph, and says what its nodes are")
    types = declared or [type_of(launch) if launch and launch.get("instanceType") is not None else DEFAULT_NODE_TYPE]
    image = scope.text("amiType", "AL2023_x86_64_STANDARD")
    own_image = launch.get("imageId") if launch else None
    system = system_of(scope, own_image if image == "CUSTOM" else NODE_IMAGES.get(image[:7], "al2023"))
    first = on_demand(scope, types[0], system)
    dearest = max((on_demand(scope, each, system) for each in types), key=lambda price: price.usd)
    if scope.text("capacityType", "ON_DEMAND") == "SPOT":
        prices = [spot(scope, each, system) for each in types]
        expected = max(prices, key=lambda price: price.usd)
        label = "spot, dearest of the types"
    else:
        expected, label = first, "on demand"
    if expected == dearest:
        yield Charge(f"Nodes ({types[0]}, {label})", expected, count, Metering.SECONDS, driver=Driver.FLEET)
    else:
        some = Amount(count.floor, count.expected, Decimal(0))
        every = Amount(Decimal(0), Decimal(0), count.worst)
        yield Charge(f"Nodes ({types[0]}, {label})", expected, some, Metering.SECONDS, driver=Driver.FLEET)
        yield Charge("Worst case: all at the dearest price", dearest, every, Metering.SECONDS, driver=Driver.FLEET)
    if launch is None:
        raise Unpriced("its launch template isn't in the graph, and says which volumes and addresses its nodes have")
    volumes = [volume_of(ebs) for device in blocks(launch, "blockDeviceMappings") if (ebs := told(device, "ebs"))]
    if not volumes:
        usual = WINDOWS_DISK_GB if image.startswith("WINDOWS") else NODE_DISK_GB
        volumes = [Volume(scope.number("diskSize", usual), "gp2", assumed=not scope.number("diskSize"))]
    for volume in volumes:
        yield from volume_charges(scope, volume, count, what="Node volume")
    addresses = per_instance(scope, "subnetIds", interface_address(launch), anywhere=False)
    if addresses.worst:
        each = Amount(count.floor * addresses.floor, count.expected * addresses.expected, count.worst * addresses.worst)
        yield scope.charge(
            "Public IPv4 addresses of nodes", ("vpc", "public_ipv4_hour"), each, Metering.SECONDS, driver=Driver.FLEET
        )
    bursts = launch.get("creditSpecification")
    mode = bursts.get("cpuCredits") if isinstance(bursts, Mapping) else None
    yield from credit_charges(scope, types, mode, count)


def update_surge(scope: Scope, most: Decimal) -> Decimal:
    """Nodes beyond the maximum that an update of the group runs, by whoever starts it: twice as many as it has zones,
    or as many as may be unavailable, if that is more (EKS user guide, managed node update behaviour, 2026-11)."""
    if not most or scope.text("updateConfig.updateStrategy", "DEFAULT") == "MINIMAL":
        return Decimal(0)
    share = most * scope.number("updateConfig.maxUnavailablePercentage") / 100
    unavailable = max(scope.number("updateConfig.maxUnavailable", 1), share.to_integral_value(ROUND_CEILING))
    spread = zones(scope, "subnetIds", 1).worst
    return max(NODES_PER_ZONE * spread, min(unavailable, Decimal(MOST_UNAVAILABLE)))


NODES_PER_ZONE: Final = 2
MOST_UNAVAILABLE: Final = 100

NODE_IMAGES: Final = {"WINDOWS": "windows"}
"""Beginning of an AMI type -> the operating system in its name; all others are Linux."""


def fargate_profile(scope: Scope) -> Iterator[Charge]:
    """The pods that a profile runs, by the size that the usage file gives; those of the graph are billed themselves."""
    given = any(scope.given(key) is not None for key in (POD_VCPU, POD_GB))
    if not given and scope.resource.urn in scope.pricing.once(profiles_with_pods):
        return
    cpu, memory = scope.usage(POD_VCPU), scope.usage(POD_GB)
    for item, key, used in (("vCPU", "x86_vcpu_hour", cpu), ("Memory", "x86_gb_hour", memory)):
        yield Charge(
            f"Fargate pods: {item}",
            scope.price("fargate", key),
            used.amount,
            Metering.SECONDS,
            usage_based=True,
            assumed=used.assumed,
        )


PRICERS: Final = {
    tokens.EKS_CLUSTER[0]: Pricer(cluster, twins=("aws_eks_cluster",), usage=(LOGS,)),
    tokens.NODE_GROUP[0]: Pricer(node_group, twins=("aws_eks_node_group",), usage=(NODES, OPERATING_SYSTEM, *CREDITS)),
    tokens.FARGATE_PROFILE[0]: Pricer(fargate_profile, twins=("aws_eks_fargate_profile",), usage=(POD_VCPU, POD_GB)),
}
