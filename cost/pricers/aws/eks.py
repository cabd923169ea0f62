"""EKS: control plane by the hour, node groups as the instances they run, Fargate profiles as their pods."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver
from cost.compute import Volume, credit_charges, on_demand, spot, volume_charges, volume_of
from cost.fleets import LAUNCH_TEMPLATE
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering

NODE_DISK_GB: Final = Decimal(20)
"""Root volume of a node where nothing is declared (EKS user guide, managed node groups, 2026)."""

POD_VCPU: Final = UsageKey("vcpu", Decimal("0.25"), "vCPUs of the pods of a Fargate profile, in all")
POD_GB: Final = UsageKey("memory_gb", Decimal("0.5"), "gigabytes of memory of the pods of a Fargate profile, in all")
DEFAULT_NODE_TYPE: Final = "t3.medium"


def cluster(scope: Scope) -> Iterator[Charge]:
    """The control plane."""
    yield scope.charge("Control plane (standard support)", ("eks", "cluster_hour"), ONE, Metering.FULL_HOURS)


def node_group(scope: Scope) -> Iterator[Charge]:
    """Nodes: floor at the minimum, expected at the desired size, worst case at the maximum and the dearest type."""
    low, high = scope.number("scalingConfig.minSize"), scope.number("scalingConfig.maxSize")
    count = Amount.of(low, scope.number("scalingConfig.desiredSize", low), high)
    templates = scope.graph.referenced(scope.resource, "launchTemplate", LAUNCH_TEMPLATE)
    launch = templates[0].inputs if templates else {}
    declared = [str(each) for each in scope.items("instanceTypes")]
    types = declared or [str(launch.get("instanceType") or DEFAULT_NODE_TYPE)]
    first = on_demand(scope, types[0])
    dearest = max((on_demand(scope, each) for each in types), key=lambda price: price.usd)
    if scope.text("capacityType", "ON_DEMAND") == "SPOT":
        prices = [spot(scope, each) for each in types]
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
    devices = launch.get("blockDeviceMappings") or []
    volumes = [volume_of(device["ebs"]) for device in devices if isinstance(device, dict) and device.get("ebs")]
    if not volumes:
        volumes = [Volume(scope.number("diskSize", NODE_DISK_GB), "gp2", assumed=not scope.number("diskSize"))]
    for volume in volumes:
        yield from volume_charges(scope, volume, count, what="Node volume")
    if not templates:
        yield from credit_charges(scope, types, None, count)


def fargate_profile(scope: Scope) -> Iterator[Charge]:
    """The pods that a profile runs, by the size that the usage file gives."""
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
    "aws:eks/cluster:Cluster": Pricer(cluster, twins=("aws_eks_cluster",)),
    "aws:eks/nodeGroup:NodeGroup": Pricer(node_group, twins=("aws_eks_node_group",)),
    "aws:eks/fargateProfile:FargateProfile": Pricer(
        fargate_profile, twins=("aws_eks_fargate_profile",), usage=(POD_VCPU, POD_GB)
    ),
}
