"""``plant:fleet``: the instances that run the API; the stable and the canary fleet are alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from infra.settings.base import Group, LogRetentionDays, Slug
from infra.settings.cron import UnixCron

InstanceType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+g[a-z]*\.[a-z0-9]+$")]
"""An arm64 (Graviton) instance type such as t4g.nano."""

MOST_INSTANCES = 50
"""Instances that SetInstanceProtection takes at once (EC2 Auto Scaling reference)."""


class ScheduledSize(Group):
    """A change of a fleet's bounds at set times."""

    name: Slug = Field(description="Name of the action, e.g. weekday-morning.")
    cron: UnixCron = Field(description="When: minute hour day-of-month month day-of-week (Unix cron).")
    min_size: int = Field(ge=0, le=MOST_INSTANCES, description="Smallest number of instances from then on.")
    max_size: int = Field(ge=0, le=MOST_INSTANCES, description="Largest number of instances from then on.")


class FleetSettings(Group):
    """Size, instances and software of the fleets."""

    min_size: int = Field(
        default=1, ge=0, le=MOST_INSTANCES, description=f"Smallest number of instances (0 to {MOST_INSTANCES})."
    )
    desired_capacity: int = Field(
        default=1,
        ge=0,
        le=MOST_INSTANCES,
        description=f"Instances at creation; scaling changes it afterwards (0 to {MOST_INSTANCES}).",
    )
    max_size: int = Field(
        default=2,
        ge=1,
        le=MOST_INSTANCES,
        description=(
            f"Largest number of instances of each fleet (1 to {MOST_INSTANCES}): the canary ends up with all traffic,"
            " and a rollout protects all of the stable fleet from scaling in, which AWS does for so many at once."
        ),
    )
    instance_types: tuple[InstanceType, ...] = Field(
        default=("t4g.nano", "t4g.micro"),
        min_length=2,
        max_length=40,
        description=(
            "arm64 types, preferred first; two or more, for when a zone is out of one; all burstable (t4g) or none."
        ),
    )
    on_demand_base_capacity: int = Field(
        default=1, ge=0, le=1_000, description="Instances of the stable fleet that are never spot (0 to 1,000)."
    )
    on_demand_percent_above_base: int = Field(
        default=0, ge=0, le=100, description="On-demand share of the instances above the base (%, 0 to 100)."
    )
    spot_max_usd_per_hour: Decimal | None = Field(
        default=None,
        gt=0,
        le=100,
        description="Most that a spot instance may cost (US$/h); it bounds the worst case of an all-spot fleet.",
    )
    root_volume_gib: int = Field(
        default=3, ge=2, le=1_000, description="Size of the encrypted gp3 root volume (GiB, at least the image's)."
    )
    image_parameter: str = Field(
        default="/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-arm64",
        pattern=r"^/[A-Za-z0-9/._-]{1,255}$",
        description=(
            "SSM parameter that holds the AMI, AWS's public one or your own of a baked image (docs/image.md); EC2"
            " resolves it at launch."
        ),
    )
    container_image: str = Field(
        default="ecr-public.aws.com/plant/plant-api:1.0.0",
        pattern=r"^[a-z0-9./_:@-]{3,300}$",
        description=(
            "Released software; a dedicated stack pulls it over IPv6. From a private registry of Amazon ECR the"
            " instances pull this repository only."
        ),
    )
    service_port: int = Field(default=8443, ge=1_024, le=65_535, description="Port of the API on an instance (TLS).")
    health_check_path: str = Field(
        default="/healthz", pattern=r"^/[A-Za-z0-9/_.-]{0,200}$", description="Path that answers 200 when all is well."
    )
    service_time_ms: float = Field(
        default=25, gt=0, le=10_000, description="Mean time that one worker needs for one request (ms); measure it."
    )
    cpu_time_ms: float = Field(
        default=5,
        gt=0,
        le=10_000,
        description="CPU time within service_time_ms (ms); measure it. Burstable types sustain their baseline only.",
    )
    workers_per_instance: int = Field(
        default=2, ge=1, le=256, description="Requests that one instance works on at a time (1 to 256)."
    )
    warm_up_seconds: int = Field(
        default=120,
        ge=0,
        le=1_440,
        description=(
            "Time from launch until an instance serves (s, 0 to 1,440). Scaling, alarms and the simulator count with"
            " it, and an instance that does not serve after five times as long is replaced. After some 30 s it runs;"
            " then it boots, installs and pulls its software without CPU credits, which leaves a nano a tenth of a vCPU"
            ": 9 s of CPU time in 90 s. Measure it; a baked image needs less."
        ),
    )
    drain_seconds: int = Field(
        default=60, ge=30, le=7_200, description="Time that a terminating instance has to finish (s, 30 to 7,200)."
    )
    max_instance_lifetime_days: int = Field(
        default=14, ge=1, le=365, description="Age at which an instance is replaced (days, 1 to 365)."
    )
    warm_pool_size: int = Field(
        default=0,
        ge=0,
        le=1_000,
        description="Stopped on-demand instances kept ready; each pays for its volume (0 to 1,000).",
    )
    scheduled_sizes: tuple[ScheduledSize, ...] = Field(
        default=(), max_length=20, description="Changes of the stable fleet's bounds at set times."
    )
    log_retention_days: LogRetentionDays = Field(
        default=365, description="How long application logs are kept (days, a year or more)."
    )
