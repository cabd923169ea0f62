"""``plant:slo``: when an alarm goes off."""

from __future__ import annotations

from pydantic import Field

from infra.settings.base import Group


class SloSettings(Group):
    """Service level objectives, as alarm thresholds."""

    p95_threshold_ms: int = Field(
        default=200, ge=10, le=30_000, description="95th percentile of the response time that raises an alarm (ms)."
    )
    p95_window_minutes: int = Field(
        default=5, ge=1, le=60, description="Length of one p95 evaluation period (minutes, 1 to 60)."
    )
    minimum_samples: int = Field(
        default=200,
        ge=200,
        le=100_000,
        description=(
            "Requests in a window below which a p95 says nothing (at least 200: CloudWatch calls a p95 of fewer"
            " than 10/(1-0.95) samples statistically weak)."
        ),
    )
    scaling_failure_threshold_percent: int = Field(
        default=5, ge=1, le=100, description="Failed launches per launch attempt that raise an alarm (%, 1 to 100)."
    )
    scaling_failure_window_minutes: int = Field(
        default=15, ge=5, le=60, description="Time over which launches are counted (minutes, 5 to 60)."
    )
    server_error_threshold_percent: int = Field(
        default=1, ge=1, le=50, description="Answers with status 5xx per request that raise an alarm (%, 1 to 50)."
    )
    traffic_spike_ratio: float = Field(
        default=1.5,
        gt=1,
        le=10,
        description="Load per target, as a multiple of the target-tracking value, that counts as a spike.",
    )
    cache_used_threshold_percent: int = Field(
        default=80, ge=10, le=99, description="Share of the cache's declared maximum that raises an alarm (%)."
    )
