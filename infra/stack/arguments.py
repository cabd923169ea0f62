"""From settings to the arguments of components, where that takes more than a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pulumi

from components.data.contract import Contract
from components.edge.firewall import FirewallArgs
from components.edge.firewall_rules import RateLimit
from components.edge.request_checks import BearerToken, BrowserSignIn, Route
from components.edge.traffic_split import TrafficSplit, TrafficSplitArgs
from components.fleet.fleet_args import FleetArgs, ScheduledSizeArgs, SpikeArgs
from components.observability.kept_logs import KeptLogArgs
from components.observability.notifications import SubscriberArgs
from components.operations.maintenance import WindowArgs
from components.rollout.feature_flag import FeatureFlag
from infra.capacity import requests_per_target_per_minute
from infra.naming import Names
from infra.settings import Settings
from infra.settings.window_checks import minute_of_week

if TYPE_CHECKING:
    from infra.stack.foundation import FrontDoor, Ground

IDENTIFYING_TAGS = ("Project", "Stack")
"""Tags that together name one stack; the reaper goes by them."""

BUDGET_TAG = "StackId"
"""The tag that names one stack by itself, for the budget: its filters can't ask for two tags at once."""

MANAGED_RULE_SETS = (
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesAnonymousIpList",
)
"""Rules that AWS keeps up to date, each $1 a month, prorated. No setting: the policies want all of them."""

A_MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - wall-clock time in the zone of the windows, not an instant


def tags(settings: Settings, stack: str) -> dict[str, str]:
    """Cost-allocation tags of all resources of `stack`."""
    return {
        "Project": "plant-api",
        "Stack": stack,
        BUDGET_TAG: Names("plant", stack).slug,
        "Owner": settings.platform.owner,
        "CostCenter": settings.platform.cost_center,
        "ManagedBy": "pulumi",
    }


def limits(settings: Settings) -> dict[str, int | str]:
    """What the application has to keep."""
    contract = settings.contract
    return {
        "response_budget_ms": contract.response_budget_ms,
        "database_query_limit_ms": contract.database_query_limit_ms,
        "cache_ttl_seconds": contract.cache_ttl_seconds,
        "page_size_max": contract.page_size_max,
        "body_size_max_kib": contract.body_size_max_kib,
        "read_scope": settings.edge.authentication.read_scope,
        "write_scope": settings.edge.authentication.write_scope,
    }


def users(settings: Settings) -> list[SubscriberArgs]:
    """Who hears of maintenance and rollouts."""
    return [
        SubscriberArgs(protocol=subscriber.protocol, endpoint=subscriber.endpoint)
        for subscriber in settings.maintenance.subscribers
    ]


def operators(settings: Settings) -> list[SubscriberArgs]:
    """Who hears of alarms and budgets."""
    return [SubscriberArgs(protocol="email", endpoint=address) for address in settings.platform.operator_emails]


def aggregator(settings: Settings) -> list[SubscriberArgs]:
    """The Health Aggregator, where it has an HTTPS endpoint."""
    endpoint = settings.platform.health_aggregator.endpoint
    return [SubscriberArgs(protocol="https", endpoint=endpoint)] if endpoint else []


def routes(settings: Settings) -> list[Route]:
    """Reading takes one scope; every other method takes the other one, also a method nobody thought of."""
    authentication, prefix = settings.edge.authentication, settings.edge.path_prefix

    def token(scope: str) -> BearerToken:
        return BearerToken(
            issuer=authentication.issuer,
            jwks_url=authentication.jwks_url,
            audience=authentication.audience,
            audience_format=authentication.audience_format,
            scope=scope,
        )

    found = [
        Route(name="read", path_prefix=prefix, methods=["GET", "HEAD"], check=token(authentication.read_scope)),
        Route(name="write", path_prefix=prefix, methods=[], check=token(authentication.write_scope)),
    ]
    browser = authentication.browser
    if browser is not None:
        check = BrowserSignIn(
            user_pool_arn=browser.user_pool_arn,
            user_pool_client_id=browser.user_pool_client_id,
            user_pool_domain=browser.user_pool_domain,
        )
        found.append(Route(name="browser", path_prefix=browser.path_prefix, methods=[], check=check))
    return found


def traffic_split(settings: Settings, vpc_id: pulumi.Input[str], door: FrontDoor | None) -> TrafficSplitArgs:
    """Target groups, and rules where there is a listener."""
    return TrafficSplitArgs(
        vpc_id=vpc_id,
        service_port=settings.fleet.service_port,
        health_check_path=settings.fleet.health_check_path,
        deregistration_delay_seconds=settings.edge.deregistration_delay_seconds,
        domain_name=settings.edge.domain_name,
        routes=routes(settings),
        listener_arn=door.listener_arn if door else None,
        load_balancer_suffix=door.load_balancer_suffix if door else None,
        priority_base=settings.edge.rule_priority_base,
    )


def kept_logs(settings: Settings, names: Names) -> dict[str, KeptLogArgs]:
    """Logs that outlive a session; the web ACL of a shared stack is the platform's, and so are its logs."""
    workflows = ["maintenance", "rollout", *(["reaper"] if settings.uptime.schedule == "sessions" else [])]
    logs = {
        name: KeptLogArgs(
            log_group_name=names.workflow_log_group(name), retention_days=settings.rollout.log_retention_days
        )
        for name in workflows
    }
    logs["scaling"] = KeptLogArgs(
        log_group_name=names.event_log_group("scaling"), retention_days=settings.fleet.log_retention_days
    )
    if settings.tenancy.kind == "dedicated":
        logs["firewall"] = KeptLogArgs(
            log_group_name=names.firewall_log_group, retention_days=settings.firewall.log_retention_days
        )
    return logs


def firewall(
    settings: Settings, log_group_arn: pulumi.Input[str] | None, load_balancer_arn: pulumi.Input[str] | None
) -> FirewallArgs:
    """Rate limits and checks."""
    wanted = settings.firewall

    def limit(requests: int) -> RateLimit:
        return RateLimit(
            requests=requests,
            window_seconds=wanted.window_seconds,
            retry_after_seconds=wanted.retry_after_seconds,
        )

    return FirewallArgs(
        per_ip=limit(wanted.requests_per_ip),
        per_user=limit(wanted.requests_per_user),
        per_heavy_path=limit(wanted.requests_per_heavy_path),
        heavy_path_prefix=wanted.heavy_path_prefix,
        user_header=wanted.user_header,
        page_size_max=settings.contract.page_size_max,
        body_size_max_kib=settings.contract.body_size_max_kib,
        managed_rule_sets=MANAGED_RULE_SETS,
        retry_after_seconds=wanted.retry_after_seconds,
        load_balancer_arn=load_balancer_arn,
        domain_name=settings.edge.domain_name,
        rule_group_rules=wanted.rule_group_rules,
        log_group_arn=log_group_arn,
    )


def tracked_requests(settings: Settings) -> int:
    """Requests a minute that one instance takes within the response budget; the target-tracking value."""
    return requests_per_target_per_minute(
        workers=settings.fleet.workers_per_instance,
        service_time_ms=settings.fleet.service_time_ms,
        p95_limit_ms=settings.contract.response_budget_ms,
        instance_types=settings.fleet.instance_types,
        cpu_time_ms=settings.fleet.cpu_time_ms,
    )


def environment(
    settings: Settings, contract: Contract, flag: FeatureFlag, cache: Mapping[str, pulumi.Input[str]]
) -> dict[str, pulumi.Input[str]]:
    """What the application reads at its start. Nothing here is secret."""
    return {
        "AWS_REGION": settings.region,
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "PLANT_PORT": str(settings.fleet.service_port),
        "PLANT_TLS_CERTIFICATE": "/etc/plant-api/tls.crt",
        "PLANT_TLS_KEY": "/etc/plant-api/tls.key",
        "PLANT_CONTRACT_PARAMETER": contract.parameter_name,
        "PLANT_CACHE_KEY_PREFIX": settings.cache.key_prefix,
        "PLANT_FLAG": settings.rollout.flag_name,
        "PLANT_FLAG_APPLICATION": flag.application_id,
        "PLANT_FLAG_ENVIRONMENT": flag.environment_id,
        "PLANT_FLAG_PROFILE": flag.profile_id,
        **cache,
    }


def fleet(
    settings: Settings,
    *,
    fleet: str,
    stack: str,
    tags: Mapping[str, str],
    environment: Mapping[str, pulumi.Input[str]],
    ground: Ground,
    door: FrontDoor,
    split: TrafficSplit,
    log_group_name: pulumi.Input[str],
    profile_arn: pulumi.Input[str],
    security_group_id: pulumi.Input[str],
    alert_topic_arn: pulumi.Input[str],
    rollback_alarm_names: Sequence[pulumi.Input[str]],
) -> FleetArgs:
    """The stable or the canary fleet. The canary starts empty; the rollout fills it."""
    wanted = settings.fleet
    stable = fleet == "stable"
    tracked = tracked_requests(settings)
    return FleetArgs(
        region=settings.region,
        image_parameter=wanted.image_parameter,
        container_image=wanted.container_image
        if stable
        else settings.rollout.candidate_image or wanted.container_image,
        environment={**environment, "PLANT_STACK": stack, "PLANT_FLEET": fleet},
        log_group_name=log_group_name,
        instance_types=wanted.instance_types,
        instance_profile_arn=profile_arn,
        security_group_id=security_group_id,
        subnet_ids=ground.fleet_subnet_ids,
        root_volume_gib=wanted.root_volume_gib,
        tags={**tags, "Fleet": fleet},
        min_size=wanted.min_size if stable else 0,
        max_size=wanted.max_size,
        desired_capacity=wanted.desired_capacity if stable else 0,
        on_demand_base_capacity=wanted.on_demand_base_capacity if stable else 0,
        on_demand_percent_above_base=wanted.on_demand_percent_above_base,
        spot_max_usd_per_hour=wanted.spot_max_usd_per_hour,
        target_group_arn=split.target_group_arns[fleet],
        warm_up_seconds=wanted.warm_up_seconds,
        health_check_grace_seconds=wanted.health_check_grace_seconds,
        drain_seconds=wanted.drain_seconds,
        max_instance_lifetime_days=wanted.max_instance_lifetime_days,
        requests_per_target_per_minute=tracked,
        request_label=split.request_labels[fleet],
        rollback_alarm_names=rollback_alarm_names,
        # The canary starts with as many instances as the stable fleet has by then, and follows the load from there.
        spike=SpikeArgs(
            requests_per_target_per_minute=round(tracked * settings.slo.traffic_spike_ratio),
            target_group_suffix=split.target_group_suffixes[fleet],
            load_balancer_suffix=door.load_balancer_suffix,
            alert_topic_arn=alert_topic_arn,
        )
        if stable
        else None,
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
    )


def windows(settings: Settings, now: datetime) -> list[WindowArgs]:
    """Maintenance windows; of a weekly one, its start in some week.

    One that is over is left out with a warning: AWS takes no schedule in the past, and each new session would have
    to make its mute rule again.
    """
    here = now.astimezone(ZoneInfo(settings.maintenance.time_zone)).replace(tzinfo=None)
    found = []
    for window in settings.maintenance.windows:
        if window.starts_at is not None and window.starts_at + timedelta(minutes=window.duration_minutes) <= here:
            pulumi.log.warn(f"maintenance window {window.name} is over; take it out of plant:maintenance.windows")
            continue
        found.append(
            WindowArgs(
                name=window.name,
                starts_at=window.starts_at or A_MONDAY + timedelta(minutes=minute_of_week(window)),
                weekly=window.starts_at is None,
                duration_minutes=window.duration_minutes,
                reason=window.reason,
            )
        )
    return found
