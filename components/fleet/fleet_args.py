"""Arguments of a fleet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pulumi


@dataclass(frozen=True, kw_only=True)
class ScheduledSizeArgs:
    """A change of the fleet's bounds at set times."""

    name: str
    """Name of the action."""
    cron: str
    """When, in Unix cron."""
    min_size: int
    """Smallest number of instances from then on."""
    max_size: int
    """Largest number of instances from then on."""
    time_zone: str
    """IANA time zone of `cron`."""


@dataclass(frozen=True, kw_only=True)
class SpikeArgs:
    """What counts as a traffic spike, and who hears of it."""

    requests_per_target_per_minute: int
    """Load per target that counts as a spike."""
    target_group_suffix: pulumi.Input[str]
    """Name of the target group in metrics."""
    load_balancer_suffix: pulumi.Input[str]
    """Name of the load balancer in metrics."""
    alert_topic_arn: pulumi.Input[str]
    """Where spikes are reported."""


@dataclass(frozen=True, kw_only=True)
class FleetArgs:
    """Software, instances, size and scaling."""

    region: str
    """Region of the fleet."""
    image_parameter: str
    """Public SSM parameter that holds the AMI; EC2 resolves it at launch, so a preview looks nothing up."""
    container_image: str
    """Software to run."""
    environment: Mapping[str, pulumi.Input[str]]
    """Environment of the software; no secrets."""
    log_group_name: pulumi.Input[str]
    """Log group of the software."""
    instance_types: Sequence[str]
    """arm64 types, preferred first; all of them burstable (t4g) or none: only those take `creditSpecification`."""
    instance_profile_arn: pulumi.Input[str]
    """What the instances may do."""
    security_group_id: pulumi.Input[str]
    """Who may connect to them."""
    subnet_ids: Sequence[pulumi.Input[str]]
    """Private subnets, in at least two zones."""
    root_volume_gib: int
    """Size of the encrypted root volume."""
    tags: Mapping[str, str]
    """Tags of instances, volumes and interfaces, which no provider-wide tag reaches."""
    min_size: int
    """Smallest number of instances."""
    max_size: int
    """Largest number of instances; bounds what the fleet may cost."""
    desired_capacity: int
    """Instances at creation; scaling and rollout change it afterwards."""
    on_demand_base_capacity: int
    """Instances that are never spot."""
    on_demand_percent_above_base: int
    """On-demand share of the others, percent."""
    spot_max_usd_per_hour: Decimal | None
    """Most that a spot instance may cost; bounds what an all-spot fleet may cost. None: the on-demand price."""
    target_group_arn: pulumi.Input[str]
    """Where the instances register."""
    warm_up_seconds: int
    """Time from launch until an instance serves."""
    health_check_grace_seconds: int
    """Time from launch in which an instance that fails its health check is not replaced."""
    drain_seconds: int
    """How long an instance stays after it has left its target group: nothing ends the wait earlier."""
    max_instance_lifetime_days: int
    """Age at which an instance is replaced; its certificate outlives it."""
    requests_per_target_per_minute: int
    """Target-tracking value; derived from the response budget."""
    request_label: pulumi.Input[str]
    """Label of the fleet's requests for target tracking."""
    rollback_alarm_names: Sequence[pulumi.Input[str]]
    """Alarms that stop an instance refresh; the way back is to declare the earlier image again."""
    spike: SpikeArgs | None = None
    """What counts as a spike. Default: None, target tracking alone."""
    size_set_by_rollout: bool = False
    """Whether the rollout sets the smallest size, too. Default: False."""
    scheduled_sizes: Sequence[ScheduledSizeArgs] = ()
    """Changes of bounds at set times. Default: none."""
    warm_pool_size: int = 0
    """Stopped instances kept ready; none of them spot, which can't be stopped. Default: none."""
    health_check_path: str = "/healthz"
    """Path that answers once an instance is ready for the warm pool, or for traffic. Default: ``/healthz``."""
