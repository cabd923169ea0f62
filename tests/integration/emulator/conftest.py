"""The life of dev in phases, for the tests of faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from faults.trial import Clean, Phase, Trial

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


LIFE = ("deploy", "changed", "replaced", "park", "unpark", "destroy")


@pytest.fixture(scope="session")
def phases_of(deployment: Any, deployable: Any) -> Callable[..., Trial]:
    """A trial of some phases of dev, in this order, that does not know what to expect."""

    def trial(*names: str) -> Trial:
        found = {
            "deploy": lambda: deployable(deployment("dev")),
            "park": lambda: deployable(deployment("parked")),
            "unpark": lambda: deployable(deployment("dev")),
            "destroy": lambda: None,
        }
        phases = [Phase(name, found[name]() if name in found else deployable(_overridden(name))) for name in names]
        return Trial(phases, references(deployment("dev")))

    return trial


@pytest.fixture(scope="session")
def clean(phases_of: Any) -> dict[str, Clean]:
    """Phase of dev → what it does and leaves when nothing goes wrong."""
    return phases_of(*LIFE).clean()


@pytest.fixture(scope="session")
def life(phases_of: Any, clean: dict[str, Clean]) -> Callable[..., Trial]:
    """`life("deploy", "park", "destroy")`: a trial of these phases of dev, in this order.

    What a phase leaves follows from what it declares, whatever came before it.
    """
    expected = {name: phase.holds for name, phase in clean.items()}
    return lambda *names: replace(phases_of(*names), expected=expected)
