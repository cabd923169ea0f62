"""What the root component publishes, for rules, estimates and the twin: they know nothing else of the program."""

from __future__ import annotations

from typing import Any

from infra.settings import Settings
from infra.stack.cost_basis import cost_basis


def published(settings: Settings, reaper: str | None) -> dict[str, Any]:
    """Outputs of the root component that are known before anything is declared.

    `reaper` is the logical name of the schedule that ends sessions; None where nothing does.
    """
    fleet = settings.fleet
    cluster = settings.platform.cluster
    return {
        **({"cluster": {"name": cluster.name, "version": cluster.version}} if cluster else {}),
        "costBasis": cost_basis(settings, reaper),
        "capacity": {
            "serviceTimeMs": fleet.service_time_ms,
            "cpuTimeMs": fleet.cpu_time_ms,
            "workersPerInstance": fleet.workers_per_instance,
        },
    }
