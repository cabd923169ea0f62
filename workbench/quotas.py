"""What stacks need of an account's quotas that a new account may not have."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from infra.settings.model import Settings

QUOTAS: Final = {
    "Spot": ("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests"),
    "On-Demand": ("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"),
}
"""How capacity is bought -> code and name of its quota, in vCPUs; both are 5 at first (EC2 user guide, "Spot Instance
quotas" and "On-Demand Instance quotas")."""
FLEETS: Final = 2
"""Stable and canary."""


def vcpus(settings: Settings) -> dict[str, int]:
    """Most vCPUs that the fleets run at a time, by how they are bought; empty for a stack without fleets.

    An instance refresh may go beyond it for minutes (``max_healthy_percentage``).
    """
    from cost.compute import vcpus_of

    if settings.platform.kind == "kubernetes":
        return {}
    fleet = settings.fleet
    base = min(fleet.on_demand_base_capacity, fleet.max_size)
    on_demand = base + math.ceil((fleet.max_size - base) * fleet.on_demand_percent_above_base / 100)
    each = FLEETS * max(vcpus_of(name) for name in fleet.instance_types)
    found = {"Spot": each * (fleet.max_size - on_demand), "On-Demand": each * on_demand}
    return {kind: number for kind, number in found.items() if number}


def shortages(needs: dict[str, int], client: Any) -> Iterator[tuple[str, str, bool]]:
    """Of each quota that is needed: its name, what is needed and allowed, and whether it is enough.

    Args:
        needs: vCPUs, as `vcpus` gives them.
        client: A boto3 client of Service Quotas in the stack's Region.
    """
    for kind, needed in needs.items():
        code, name = QUOTAS[kind]
        allowed = client.get_service_quota(ServiceCode="ec2", QuotaCode=code)["Quota"]["Value"]
        yield name, f"{needed} vCPUs of {allowed:.0f}", needed <= allowed
