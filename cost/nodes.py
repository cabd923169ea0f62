"""What CPU and memory of a node cost a pod: AWS's split of the node's price, which is what the bill will show.

Split cost allocation data for EKS weighs a vCPU nine times a GiB, takes the larger of request and use, and hands
the node's unused part on to the pods by their share (AWS Cost and Usage Reports guide, "Example of split cost
allocation data", 2026-11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from cost.catalogue import Price
from cost.charges import Unpriced
from cost.compute import BURSTABLE_VCPUS, price_file
from cost.scope import Scope
from deployment.errors import InputError

CPU_WEIGHT: Final = 9
"""GiB of memory that weigh as much as one vCPU."""

ASSUMED_NODE: Final = "m7g.large"
"""Node of a cluster that nobody declared; other sizes of its family split into the same prices."""

ASSUMED_REGION: Final = "us-east-1"
"""Region of objects beside which nothing names one."""

GIB_PER_VCPU: Final = {"c": 2, "m": 4, "r": 8}
VCPUS: Final = {"medium": 1, "large": 2, "xlarge": 4}
BURSTABLE_GIB: Final = {
    size: Decimal(gib) for size, gib in zip(BURSTABLE_VCPUS, ("0.5", "1", "2", "4", "8", "16", "32"), strict=True)
}
"""Memory of T3, T3a and T4g sizes (EC2 instance types, 2026-11)."""


@dataclass(frozen=True, slots=True)
class NodeSize:
    """What one node has, system reserves included: AWS splits the whole price."""

    vcpus: Decimal
    memory_gib: Decimal

    @property
    def weight(self) -> Decimal:
        """The node in GiB of memory, a vCPU counted as nine."""
        return CPU_WEIGHT * self.vcpus + self.memory_gib


@dataclass(frozen=True, slots=True)
class NodeShare:
    """Prices of a node's parts, for an hour."""

    label: str
    """The node, for people."""
    vcpu: Price
    gib: Price
    idle_ratio: Decimal
    """Idle part of a node beside each requested one; 0: the platform bears it, or nobody declared it."""
    assumed: bool


def node_size(instance_type: str) -> NodeSize:
    """Size of a C, M, R (from the fifth generation on) or T3/T4g type. Raises Unpriced for any other."""
    family, _, size = instance_type.partition(".")
    if family in ("t3", "t3a", "t4g") and size in BURSTABLE_GIB:
        return NodeSize(Decimal(BURSTABLE_VCPUS[size]), BURSTABLE_GIB[size])
    many = re.fullmatch(r"(\d{1,3})xlarge", size)
    vcpus = 4 * int(many[1]) if many else VCPUS.get(size)
    if vcpus and re.fullmatch(r"[cmr][5-9][a-z]*", family) and not family.endswith("n") and "flex" not in family:
        return NodeSize(Decimal(vcpus), Decimal(vcpus * GIB_PER_VCPU[family[0]]))
    raise Unpriced(f"size of node type {instance_type!r} isn't known; declare a C, M, R or T type")


def node_share(scope: Scope) -> NodeShare:
    """Prices of the node that the stack declares, or of an assumed one. Raises Unpriced or MissingPrice."""
    declared = scope.pricing.basis.node
    instance_type = declared.instance_type if declared else ASSUMED_NODE
    size = node_size(instance_type)
    region, elsewhere = region_of(scope)
    place = f" in {region}" if elsewhere else ""
    hour = scope.pricing.price(region, price_file(instance_type), f"linux.{instance_type}")
    usd = declared.usd_per_hour if declared and declared.usd_per_hour is not None else hour.usd
    return NodeShare(
        label=instance_type if declared and not place else f"{instance_type}{place}, assumed",
        vcpu=_part(hour, usd * CPU_WEIGHT / size.weight, "vCPU"),
        gib=_part(hour, usd / size.weight, "GiB"),
        idle_ratio=1 / declared.utilisation - 1 if declared and declared.idle_charged else Decimal(0),
        assumed=declared is None or bool(place),
    )


def region_of(scope: Scope) -> tuple[str, bool]:
    """Region of an object, and whether it is an assumed one."""
    try:
        return scope.pricing.region_of(scope.resource), False
    except InputError:  # a cluster's objects name no region, and often nothing beside them does
        return ASSUMED_REGION, True


def _part(hour: Price, usd: Decimal, unit: str) -> Price:
    return replace(
        hour,
        key=f"{hour.key} ({unit})",
        usd=round(usd, 9),
        unit=f"{unit}-hour",
        note="the node's price split by AWS's weights, vCPU to GiB 9 to 1",
        confidence="derived",
    )
