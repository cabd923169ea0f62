"""The fleets that answer requests."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.edge.traffic_split import FLEETS
from components.fleet.fleet import Fleet, group_name
from components.fleet.fleet_args import FleetArgs, ScheduledSizeArgs, SpikeArgs
from components.rollout.sizing import GroupSizing
from infra.settings import Settings
from infra.settings.instance_capacity import instance_capacity
from infra.stack.context import Context
from infra.stack.declared import Application, Compute, Ground, Traffic


def tracked_requests(settings: Settings) -> int:
    """Requests a minute that one instance takes within the response budget; the target-tracking value."""
    return instance_capacity(settings.fleet, settings.contract, settings.slo).requests_per_minute()


PATIENCE = 5
"""Times the warm-up after which an instance that does not serve is replaced: one that is only slow is let finish."""


def fleets(
    context: Context,
    ground: Ground,
    traffic: Traffic,
    application: Application,
    profile_arn: pulumi.Input[str],
) -> Compute:
    """The stable and the canary fleet, with the instance profile `profile_arn`.

    The canary starts empty; the rollout fills it.
    """
    settings, wanted = context.settings, context.settings.fleet
    tracked, variables = tracked_requests(settings), environment(context, application)

    def args(fleet: str) -> FleetArgs:
        stable = fleet == "stable"
        return FleetArgs(
            region=settings.region,
            image_parameter=wanted.image_parameter,
            container_image=wanted.container_image
            if stable
            else settings.rollout.candidate_image or wanted.container_image,
            environment={**variables, "PLANT_STACK": context.stack, "PLANT_FLEET": fleet},
            log_group_name=ground.audit.log_group_name,
            instance_types=wanted.instance_types,
            instance_profile_arn=profile_arn,
            security_group_id=ground.groups.fleet_id,
            subnet_ids=ground.vpc.fleet_subnet_ids,
            root_volume_gib=wanted.root_volume_gib,
            tags={**context.tags, "Fleet": fleet},
            min_size=wanted.min_size if stable else 0,
            max_size=wanted.max_size,
            desired_capacity=wanted.desired_capacity if stable else 0,
            on_demand_base_capacity=wanted.on_demand_base_capacity if stable else 0,
            on_demand_percent_above_base=wanted.on_demand_percent_above_base,
            spot_max_usd_per_hour=wanted.spot_max_usd_per_hour,
            target_group_arn=traffic.split.target_group_arns[fleet],
            warm_up_seconds=wanted.warm_up_seconds,
            health_check_grace_seconds=PATIENCE * wanted.warm_up_seconds,
            drain_seconds=wanted.drain_seconds,
            max_instance_lifetime_days=wanted.max_instance_lifetime_days,
            requests_per_target_per_minute=tracked,
            request_label=traffic.split.request_labels[fleet],
            rollback_alarm_names=[traffic.alarms.names[f"{check}-{fleet}"] for check in ("p95", "errors")],
            # The canary starts with as many instances as the stable fleet has by then, and follows the load from there.
            spike=SpikeArgs(
                requests_per_target_per_minute=round(tracked * settings.slo.traffic_spike_ratio),
                target_group_suffix=traffic.split.target_group_suffixes[fleet],
                load_balancer_suffix=traffic.door.load_balancer_suffix,
                alert_topic_arn=ground.topics.alerts,
            ),
            size_set_by_rollout=not stable,
            scheduled_sizes=[
                ScheduledSizeArgs(
                    name=size.name,
                    cron=size.cron,
                    min_size=size.min_size,
                    max_size=size.max_size,
                    time_zone=settings.uptime.time_zone,
                )
                for size in (wanted.scheduled_sizes if stable else ())
            ],
            warm_pool_size=wanted.warm_pool_size if stable else 0,
            health_check_path=wanted.health_check_path,
        )

    found = {fleet: Fleet(_fleet_name(context.name, fleet), args(fleet), context.child) for fleet in FLEETS}
    group_names = {name: fleet.group_name for name, fleet in found.items()}
    return Compute(
        sizing=GroupSizing(group_names=group_names),
        group_names=group_names,
        spike_alarm_arns=[fleet.spike_alarm_arn for fleet in found.values() if fleet.spike_alarm_arn],
    )


def warm_group_names(name: str) -> str:
    """Pattern of the names of the groups that may have a warm pool, for the stack's root `name`."""
    return f"{group_name(_fleet_name(name, 'stable'))}-*"


def _fleet_name(name: str, fleet: str) -> str:
    return f"{name}-{fleet}"


def environment(context: Context, application: Application) -> Mapping[str, pulumi.Input[str]]:
    """What the application reads at its start. Nothing here is secret."""
    settings, flag = context.settings, application.release.flag
    return {
        "AWS_REGION": settings.region,
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "PLANT_PORT": str(settings.fleet.service_port),
        "PLANT_TLS_CERTIFICATE": "/etc/plant-api/tls.crt",
        "PLANT_TLS_KEY": "/etc/plant-api/tls.key",
        "PLANT_CONTRACT_PARAMETER": application.contract.parameter_name,
        "PLANT_CACHE_KEY_PREFIX": settings.cache.key_prefix,
        "PLANT_FLAG": settings.rollout.flag_name,
        "PLANT_FLAG_APPLICATION": flag.application_id,
        "PLANT_FLAG_ENVIRONMENT": flag.environment_id,
        "PLANT_FLAG_PROFILE": flag.profile_id,
        **_cache_environment(context, application),
        **_store_environment(context),
        **settings.data.environment,
    }


def _store_environment(context: Context) -> dict[str, pulumi.Input[str]]:
    """Where the application finds its data stores. SDKs would take a table's dual-stack name, which a gateway endpoint,
    being IPv4, does not serve (VPC guide, "Gateway endpoints for Amazon DynamoDB", 2026-11)."""
    tables = next((f"https://{store.endpoint}" for store in context.settings.data.stores if store.table_arn), None)
    return {
        **({"AWS_ENDPOINT_URL_DYNAMODB": tables} if tables else {}),
        **{
            f"PLANT_STORE_{store.name.upper().replace('-', '_')}_{part}": value
            for store in context.settings.data.stores
            for part, value in (("HOST", store.endpoint), ("PORT", str(store.port)))
        },
    }


def _cache_environment(context: Context, application: Application) -> dict[str, pulumi.Input[str]]:
    """Where the application finds its cache; a sign-in token is for one cache name and one user."""
    platform, cache = context.settings.tenancy.platform, application.cache
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
