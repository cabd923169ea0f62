"""What the root component publishes, for rules, estimates and the twin: they know nothing else of the program."""

from __future__ import annotations

from typing import Any

from components.observability.service_alarms import UNANSWERED_PERCENT_MAX
from components.rollout.verdict import FAILURES_LEAST, UNANSWERED_LEAST_REQUESTS
from infra.settings import Settings
from infra.settings.maintenance import MaintenanceWindow
from infra.stack.cost_basis import cost_basis
from infra.stack.rollout import rollback_alarms


def published(settings: Settings, name: str, reaper: str | None, brake: str | None) -> dict[str, Any]:
    """Outputs of the root component `name` that are known before anything is declared.

    `reaper` is the logical name of the schedule that ends sessions, `brake` that of the one that looks at the spend;
    None where nothing does.
    """
    fleet, uptime, cluster = settings.fleet, settings.uptime, settings.platform.cluster
    sessions = {
        "days": list(uptime.session_days),
        "start": uptime.session_start,
        "hours": float(uptime.hours_per_session),
        "timeZone": uptime.time_zone,
    }
    return {
        **({"cluster": {"name": cluster.name, "version": cluster.version}} if cluster else {}),
        "costBasis": cost_basis(settings, reaper, brake),
        "capacity": {
            "serviceTimeMs": fleet.service_time_ms,
            "cpuTimeMs": fleet.cpu_time_ms,
            "workersPerInstance": fleet.workers_per_instance,
            "windows": [_window(each, settings.maintenance.time_zone) for each in settings.maintenance.windows],
            "minimumSamples": settings.slo.minimum_samples,
            "rolloutUnclearLooksMax": settings.rollout.inconclusive_polls_max,
            "rolloutAlarms": rollback_alarms(name),
            "rolloutFailures": {
                "percentMax": settings.slo.server_error_threshold_percent,
                "least": FAILURES_LEAST,
                "unansweredPercentMax": UNANSWERED_PERCENT_MAX,
                "unansweredLeastRequests": UNANSWERED_LEAST_REQUESTS,
            },
            "sessions": sessions if uptime.schedule == "sessions" else None,
        },
    }


def _window(window: MaintenanceWindow, time_zone: str) -> dict[str, Any]:
    """A maintenance window: on a weekday, of each week or one of each month, or once on a date."""
    if window.starts_at is not None:
        day, start = {"date": window.starts_at.date().isoformat()}, window.starts_at.strftime("%H:%M")
    else:
        day, start = {"weekday": str(window.weekday)}, str(window.time)
    week = {} if window.week_of_month is None else {"weekOfMonth": window.week_of_month}
    return {**day, **week, "start": start, "minutes": window.duration_minutes, "timeZone": time_zone}
