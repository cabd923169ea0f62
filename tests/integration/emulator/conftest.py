"""The life of dev in phases, for the tests of faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from faults.trial import Phase, Trial

from workbench.emulator.seed import references

CHANGED = {
    "plant:budget.notice_percents": "[60,90]",
    "plant:cache.data_max_gb": "2",
    "plant:cache.key_prefix": "other:",
    "plant:edge.deregistration_delay_seconds": "60",
    "plant:edge.idle_timeout_seconds": "90",
    "plant:edge.tls_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "plant:firewall.requests_per_ip": "900",
    "plant:fleet.drain_seconds": "90",
    "plant:fleet.health_check_path": "/ready",
    "plant:fleet.log_retention_days": "400",
    "plant:fleet.root_volume_gib": "4",
    "plant:maintenance.notice_hours": "[168,24,2]",
    "plant:maintenance.windows": json.dumps(
        [{"name": "weekly-patching", "weekday": "THU", "time": "11:00", "duration_minutes": 45, "reason": "Patching"}]
    ),
    "plant:platform.operator_emails": '["a@example.com","b@example.com"]',
    "plant:platform.owner": "another-team",  # a tag of nearly everything
    "plant:rollout.poll_interval_minutes": "6",
    "plant:slo.p95_threshold_ms": "250",
    "plant:uptime.session_start": "10:00",
}
"""Settings that change resources of most types where they are."""
REPLACED = {
    "plant:edge.domain_name": "api2.dev.plant.example.com",
    "plant:fleet.service_port": "9443",
    "plant:tenancy.network": '{"cidr":"10.80.0.0/22"}',
}
"""Settings that replace the network with all that is in it, the target groups, and the certificate."""
OVERRIDES = {"changed": CHANGED, "replaced": REPLACED}


@cache
def _overridden(name: str) -> dict[str, Any]:
    from workbench.preview.synthesis import synthesize

    return synthesize("dev", overrides=OVERRIDES[name])


@pytest.fixture(scope="session")
def life(deployment: Any) -> Callable[..., Trial]:
    """`life("deploy", "park", "destroy")`: a trial of these phases of dev, in this order."""

    def trial(*names: str) -> Trial:
        found = {
            "deploy": lambda: deployment("dev"),
            "park": lambda: deployment("parked"),
            "unpark": lambda: deployment("dev"),
            "destroy": lambda: None,
        }
        phases = [Phase(name, found[name]() if name in found else _overridden(name)) for name in names]
        return Trial(phases, references(deployment("dev")))

    return trial
