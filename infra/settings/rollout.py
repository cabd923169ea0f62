"""``plant:rollout``: how a new version reaches the users."""

from __future__ import annotations

from pydantic import Field

from infra.settings.base import Group, LogRetentionDays


class RolloutStep(Group):
    """One share of the traffic, and how long it is watched."""

    percent: int = Field(description="Share of the requests that the canary answers (%).")
    hold_hours: float | None = Field(
        default=None, description="How long this share is watched before the next (h); none for the last step."
    )

    @property
    def hold_seconds(self) -> int:
        """The same in seconds; 0 for the last step."""
        return round((self.hold_hours or 0) * 3600)


class RolloutSettings(Group):
    """Canary steps and the feature flag that follows them.

    In a stack of sessions the clock of a rollout counts the time of sessions: the parked stack's flag is off, the next
    session begins with all traffic at the stable fleet, and goes on with the share and the time that were reached.
    """

    flag_name: str = Field(
        default="api_optimization_enabled",
        pattern=r"^[a-z][a-z0-9_]{0,63}$",
        description="AppConfig flag that the rollout switches.",
    )
    steps: tuple[RolloutStep, ...] = Field(
        default=(
            RolloutStep(percent=10, hold_hours=6),
            RolloutStep(percent=50, hold_hours=12),
            RolloutStep(percent=100),
        ),
        min_length=1,
        max_length=10,
        description="Rising shares, the last one 100 %.",
    )
    poll_interval_minutes: int = Field(
        default=5, ge=1, le=60, description="Time between two looks at the alarms (minutes, 1 to 60)."
    )
    inconclusive_polls_max: int = Field(
        default=72,
        ge=1,
        le=2_000,
        description="Polls without a verdict, for want of traffic, after which a step is rolled back (1 to 2,000).",
    )
    candidate_image: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9./_:@-]{3,300}$",
        description="Software of the canary; the released software where absent.",
    )
    log_retention_days: LogRetentionDays = Field(
        default=365, description="How long execution logs are kept (days, a year or more)."
    )

    @property
    def poll_seconds(self) -> int:
        """Time between two looks, in seconds."""
        return self.poll_interval_minutes * 60
