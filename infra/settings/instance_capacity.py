"""The capacity that the settings give one instance: one place for the checks, the stack and the optimiser."""

from __future__ import annotations

from infra.capacity import InstanceCapacity
from infra.settings.contract import ContractSettings
from infra.settings.fleet import FleetSettings
from infra.settings.slo import SloSettings


def instance_capacity(fleet: FleetSettings, contract: ContractSettings, slo: SloSettings) -> InstanceCapacity:
    """What one instance of `fleet` is and has to keep."""
    return InstanceCapacity(
        workers=fleet.workers_per_instance,
        service_time_ms=fleet.service_time_ms,
        cpu_time_ms=fleet.cpu_time_ms,
        p95_limit_ms=contract.response_budget_ms,
        p95_window_seconds=slo.p95_window_minutes * 60,
        instance_types=fleet.instance_types,
    )
