"""What answers requests: firewall, flag, cache and fleets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from components.data.cache import Cache, CacheArgs
from components.data.contract import Contract
from components.edge.firewall import Firewall
from components.edge.traffic_split import FLEETS, TrafficSplit
from components.fleet.fleet import Fleet
from components.fleet.instance_access import InstanceAccess, InstanceAccessArgs
from components.network.security_groups import SecurityGroups
from components.observability.audit_log import AuditLog
from components.observability.kept_logs import KeptLogs
from components.observability.service_alarms import ServiceAlarms
from components.rollout.feature_flag import FeatureFlag, FeatureFlagArgs
from infra.stack import arguments
from infra.stack.context import Context
from infra.stack.foundation import FrontDoor, Ground, Topics

ROLLBACK_CHECKS = ("p95-canary", "errors-canary")
"""Alarms that end a rollout."""


def firewall(context: Context, logs: KeptLogs, door: FrontDoor | None) -> Firewall | None:
    """Web ACL, or rule group in the platform's; nothing while parked."""
    if door is None:
        return None
    args = arguments.firewall(context.settings, logs.arns.get("firewall"), door.load_balancer_arn)
    firewall = Firewall(f"{context.name}-firewall", args, context.child)
    if firewall.rule_group_arn is not None:
        context.exports["ruleGroup"] = firewall.rule_group_arn
    return firewall


def flag(context: Context, ground: Ground) -> FeatureFlag:
    """The flag that a rollout switches."""
    rollout = context.settings.rollout
    return FeatureFlag(
        f"{context.name}-flag",
        FeatureFlagArgs(
            flag_name=rollout.flag_name,
            percents=[step.percent for step in rollout.steps],
            stack=context.stack,
            kms_key_arn=ground.kms_key_arn,
            parked=context.settings.uptime.parked,
        ),
        context.child,
    )


def cache(context: Context, ground: Ground, groups: SecurityGroups, topics: Topics) -> Cache | None:
    """Cache of a dedicated stack; nothing while parked."""
    settings, cache = context.settings, context.settings.cache
    if settings.tenancy.kind == "shared" or settings.uptime.parked:
        return None
    return Cache(
        f"{context.name}-cache",
        CacheArgs(
            cache_name=context.names.cache,
            engine_version=cache.engine_version,
            node_type=cache.node_type,
            node_count=cache.node_count,
            data_max_gb=cache.data_max_gb,
            ecpu_max_per_second=cache.ecpu_max_per_second,
            key_prefix=cache.key_prefix,
            snapshot_retention_days=cache.snapshot_retention_days,
            subnet_ids=ground.fleet_subnet_ids,
            security_group_id=groups.cache_id,
            kms_key_arn=ground.kms_key_arn,
            used_threshold_percent=settings.slo.cache_used_threshold_percent,
            alert_topic_arn=topics.alerts,
        ),
        context.child,
    )


def cache_environment(context: Context, cache: Cache | None) -> dict[str, pulumi.Input[str]]:
    """Where the application finds its cache; a sign-in token is for one cache name and one user."""
    platform = context.settings.tenancy.platform
    if cache is not None:
        return {
            "PLANT_CACHE_ENDPOINT": cache.endpoint,
            "PLANT_CACHE_NAME": context.names.cache,
            "PLANT_CACHE_USER": context.names.cache,
        }
    assert platform is not None  # noqa: S101 - a dedicated stack that runs has a cache
    return {
        "PLANT_CACHE_ENDPOINT": platform.cache_endpoint,
        "PLANT_CACHE_NAME": platform.cache_arn.rpartition(":")[2],
        "PLANT_CACHE_USER": platform.cache_user_arn.rpartition(":")[2],
    }


def instance_access(
    context: Context, ground: Ground, contract: Contract, audit: AuditLog, flag: FeatureFlag, cache: Cache | None
) -> InstanceAccess:
    """What an instance may do."""
    platform = context.settings.tenancy.platform
    cache_arns: list[Any] = [cache.arn, cache.user_arn] if cache else []
    if platform is not None:
        cache_arns = [platform.cache_arn, platform.cache_user_arn]
    return InstanceAccess(
        f"{context.name}-instances",
        InstanceAccessArgs(
            account_id=context.account_id,
            log_group_arn=audit.log_group_arn,
            contract_parameter_arn=contract.parameter_arn,
            flag_arns=[flag.configuration_arn],
            kms_key_arn=ground.kms_key_arn,
            cache_arns=cache_arns,
        ),
        context.child,
    )


def run_fleets(
    context: Context,
    ground: Ground,
    door: FrontDoor,
    split: TrafficSplit,
    alarms: ServiceAlarms,
    topics: Topics,
    *,
    audit: AuditLog,
    access: InstanceAccess,
    groups: SecurityGroups,
    environment: Mapping[str, pulumi.Input[str]],
) -> dict[str, Fleet]:
    """The stable and the canary fleet, by name."""
    return {
        fleet: Fleet(
            f"{context.name}-{fleet}",
            arguments.fleet(
                context.settings,
                fleet=fleet,
                stack=context.stack,
                tags=context.tags,
                environment=environment,
                ground=ground,
                door=door,
                split=split,
                log_group_name=audit.log_group_name,
                profile_arn=access.profile_arn,
                security_group_id=groups.fleet_id,
                alert_topic_arn=topics.alerts,
                rollback_alarm_names=[alarms.names[f"p95-{fleet}"], alarms.names[f"errors-{fleet}"]],
            ),
            context.child,
        )
        for fleet in FLEETS
    }
