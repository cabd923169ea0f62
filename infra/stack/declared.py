"""What was declared so far, as the families hand it on to those that come after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.data.cache import Cache
from components.data.contract import Contract
from components.edge.traffic_split import TrafficSplit
from components.network.security_groups import SecurityGroups
from components.observability.audit_log import AuditLog
from components.observability.kept_logs import KeptLogs
from components.observability.service_alarms import ServiceAlarms
from components.rollout.feature_flag import FeatureFlag
from components.rollout.progress import RolloutProgress
from components.rollout.sizing import Sizing


@dataclass(frozen=True, kw_only=True)
class Vpc:
    """Network, whoever owns it."""

    id: pulumi.Input[str]
    edge_subnet_ids: Sequence[pulumi.Input[str]]
    """Subnets of the load balancer; empty when the platform owns that."""
    fleet_subnet_ids: Sequence[pulumi.Input[str]]
    """Private subnets of instances and cache."""
    fleet_route_table_ids: Sequence[pulumi.Input[str]]
    """Route tables of the private subnets; empty when the platform owns the network."""
    s3_prefix_list_id: pulumi.Input[str] | None
    """Addresses of S3 behind a gateway endpoint; None when the platform owns the network."""


@dataclass(frozen=True, kw_only=True)
class Topics:
    """ARNs of the topics."""

    notices: pulumi.Output[str]
    """For users."""
    alerts: pulumi.Output[str]
    """For operators."""
    health: pulumi.Output[str]
    """For the Health Aggregator."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What all the rest stands on. It costs nothing by the hour and stays while the stack is parked."""

    kms_key_arn: pulumi.Input[str]
    vpc: Vpc
    groups: SecurityGroups
    log_bucket_name: pulumi.Input[str] | None
    """Bucket of the access logs; None when the platform owns the load balancer, and its logs."""
    topics: Topics
    logs: KeptLogs
    audit: AuditLog


@dataclass(frozen=True, kw_only=True)
class FrontDoor:
    """Where requests come in; there is none while the stack is parked."""

    listener_arn: pulumi.Input[str]
    load_balancer_suffix: pulumi.Input[str]
    """Name of the load balancer in metrics."""
    load_balancer_arn: pulumi.Input[str] | None
    """None when the platform owns it, and its web ACL."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """What of a rollout is there while the stack is parked, too."""

    flag: FeatureFlag
    progress: RolloutProgress | None
    """How far a rollout is; None for a stack that is always on."""


@dataclass(frozen=True, kw_only=True)
class Application:
    """What the application on an instance finds and uses."""

    contract: Contract
    release: Release
    cache: Cache | None
    """None while parked, and when the platform owns it."""


@dataclass(frozen=True, kw_only=True)
class Compute:
    """What answers requests, stable and canary: instances or pods."""

    sizing: Sizing
    """How the rollout reads and sets their numbers."""
    group_names: Mapping[str, pulumi.Output[str]]
    """Fleet name -> auto-scaling group; empty for pods."""
    spike_alarm_arns: Sequence[pulumi.Output[str]]
    """Alarms whose going off is a traffic spike."""
    failure_alarm_arns: Sequence[pulumi.Output[str]] = ()
    """Alarms on failed scaling that came with the pods; those of instances come with their events."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """The requests of a stack that runs: where they come in, how they are split, and what watches them."""

    door: FrontDoor
    split: TrafficSplit
    alarms: ServiceAlarms
