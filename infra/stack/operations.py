"""What keeps the stack well: alarms, maintenance, rollout, reaper, budget."""

from __future__ import annotations

import pulumi

from components.access.ci_access import CiAccess, CiAccessArgs
from components.data.cache import Cache
from components.edge.firewall import Firewall
from components.edge.traffic_split import TrafficSplit
from components.fleet.fleet import Fleet
from components.observability.dashboard import Dashboard, DashboardArgs
from components.observability.health_feed import HealthFeed, HealthFeedArgs
from components.observability.kept_logs import KeptLogs
from components.observability.scaling_events import ScalingEvents, ScalingEventsArgs
from components.observability.service_alarms import ServiceAlarms, ServiceAlarmsArgs
from components.operations.budget_guard import BudgetGuard, BudgetGuardArgs
from components.operations.maintenance import Maintenance, MaintenanceArgs
from components.operations.reaper import Reaper, ReaperArgs, session_end_schedule
from components.operations.workflow_failures import WorkflowFailures, WorkflowFailuresArgs
from components.rollout.canary_rollout import CanaryRollout, CanaryRolloutArgs
from components.rollout.feature_flag import FeatureFlag
from infra.settings import Settings
from infra.settings.base import minutes_of_day
from infra.stack import arguments
from infra.stack.context import Context
from infra.stack.foundation import FrontDoor, Ground, Topics
from infra.stack.service import ROLLBACK_CHECKS

MUTED_CHECKS = ("p95-stable", "errors-stable", "unhealthy-stable", "users-affected")
"""Alarms that call people, and are muted during maintenance; those of scaling and rollback never are."""


def alarms(context: Context, door: FrontDoor | None, split: TrafficSplit, topics: Topics) -> ServiceAlarms | None:
    """Alarms on what users feel; nothing while parked."""
    if door is None:
        return None
    slo = context.settings.slo
    return ServiceAlarms(
        f"{context.name}-slo",
        ServiceAlarmsArgs(
            load_balancer_suffix=door.load_balancer_suffix,
            target_group_suffixes=split.target_group_suffixes,
            metric_namespace=context.names.metric_namespace,
            p95_threshold_ms=slo.p95_threshold_ms,
            p95_window_minutes=slo.p95_window_minutes,
            server_error_threshold_percent=slo.server_error_threshold_percent,
            database_query_limit_ms=context.settings.contract.database_query_limit_ms,
            alert_topic_arn=topics.alerts,
            composite_name=context.names.composite_alarm,
        ),
        context.child,
    )


def maintenance(
    context: Context,
    ground: Ground,
    topics: Topics,
    logs: KeptLogs,
    firewall: Firewall | None,
    alarms: ServiceAlarms | None,
) -> Maintenance:
    """Windows and their notices."""
    maintenance = context.settings.maintenance
    muted = [alarms.names[check] for check in MUTED_CHECKS if check in alarms.names] if alarms else []
    return Maintenance(
        f"{context.name}-maintenance",
        MaintenanceArgs(
            account_id=context.account_id,
            kms_key_arn=ground.kms_key_arn,
            log_group_arn=logs.arns["maintenance"],
            parameter_name=context.names.parameter("maintenance"),
            time_zone=maintenance.time_zone,
            windows=arguments.windows(context.settings, context.now),
            notice_hours=maintenance.notice_hours,
            topic_arn=topics.notices,
            firewall=firewall,
            muted_alarm_names=muted,
            mute_rule_prefix=context.names.slug,
        ),
        context.child,
    )


def observe(
    context: Context,
    logs: KeptLogs,
    door: FrontDoor,
    topics: Topics,
    split: TrafficSplit,
    fleets: dict[str, Fleet],
    alarms: ServiceAlarms,
    cache: Cache | None,
) -> None:
    """Scaling events, health events and dashboard."""
    settings = context.settings
    groups = {fleet: component.group_name for fleet, component in fleets.items()}
    events = ScalingEvents(
        f"{context.name}-scaling",
        ScalingEventsArgs(
            group_names=list(groups.values()),
            spike_alarm_arns=[fleet.spike_alarm_arn for fleet in fleets.values() if fleet.spike_alarm_arn],
            log_group_name=logs.names["scaling"],
            log_group_arn=logs.arns["scaling"],
            log_policy_name=context.names.scaling_log_policy,
            metric_namespace=context.names.metric_namespace,
            failure_threshold_percent=settings.slo.scaling_failure_threshold_percent,
            window_minutes=settings.slo.scaling_failure_window_minutes,
            alert_topic_arn=topics.alerts,
        ),
        context.child,
    )
    every = [*alarms.arns.values(), events.failure_alarm_arn, *([cache.alarm_arn] if cache else [])]
    HealthFeed(
        f"{context.name}-feed",
        HealthFeedArgs(
            service="plant-api",
            stack=context.stack,
            alarm_arns=every,
            topic_arn=topics.health,
            event_bus_arn=settings.platform.health_aggregator.event_bus_arn,
            account_id=context.account_id,
        ),
        context.child,
    )
    dashboard = Dashboard(
        f"{context.name}-overview",
        DashboardArgs(
            dashboard_name=context.names.dashboard,
            region=settings.region,
            metric_namespace=context.names.metric_namespace,
            load_balancer_suffix=door.load_balancer_suffix,
            target_group_suffixes=split.target_group_suffixes,
            group_names=groups,
            alarm_arns=every,
            p95_threshold_ms=settings.slo.p95_threshold_ms,
        ),
        context.child,
    )
    context.exports["dashboard"] = dashboard.dashboard_name


def rollout(
    context: Context,
    ground: Ground,
    logs: KeptLogs,
    door: FrontDoor,
    topics: Topics,
    split: TrafficSplit,
    fleets: dict[str, Fleet],
    alarms: ServiceAlarms,
    flag: FeatureFlag,
    maintenance: Maintenance,
) -> None:
    """The canary rollout."""
    settings, rollout, uptime = context.settings, context.settings.rollout, context.settings.uptime
    hold_hours = sum(step.hold_hours or 0 for step in rollout.steps)
    if uptime.schedule == "sessions" and hold_hours > uptime.hours_per_session:
        pulumi.log.info(
            f"plant:rollout.steps: a rollout takes {hold_hours:g} h and a session {uptime.hours_per_session} h"
            " (plant:uptime.hours_per_session): parking ends it, with the flag off and all traffic at the stable fleet"
        )
    component = CanaryRollout(
        f"{context.name}-rollout",
        CanaryRolloutArgs(
            stack=context.stack,
            account_id=context.account_id,
            region=settings.region,
            kms_key_arn=ground.kms_key_arn,
            log_group_arn=logs.arns["rollout"],
            control_parameter_name=context.names.parameter("rollout"),
            maintenance_parameter_name=maintenance.parameter_name,
            steps=[(step.percent, round((step.hold_hours or 0) * 3600)) for step in rollout.steps],
            poll_seconds=rollout.poll_interval_minutes * 60,
            unclear_polls_max=rollout.inconclusive_polls_max,
            minimum_samples=settings.slo.minimum_samples,
            p95_threshold_ms=settings.slo.p95_threshold_ms,
            rule_arns=split.rule_arns,
            routes=arguments.routes(settings),
            target_group_arns=split.target_group_arns,
            target_group_suffixes=split.target_group_suffixes,
            load_balancer_suffix=door.load_balancer_suffix,
            group_names={fleet: found.group_name for fleet, found in fleets.items()},
            alarm_names=[alarms.names[check] for check in ROLLBACK_CHECKS],
            flag=flag,
            topic_arn=topics.notices,
        ),
        context.child,
    )
    context.exports.update(
        {
            "rolloutStateMachine": component.state_machine_arn,
            "rolloutControl": component.control_parameter_name,
        }
    )


def ending_schedule(settings: Settings, name: str) -> str | None:
    """Logical name of the schedule that ends the sessions of the stack's root `name`; None where nothing does."""
    return session_end_schedule(_reaper_name(name)) if settings.uptime.schedule == "sessions" else None


def _reaper_name(name: str) -> str:
    return f"{name}-reaper"


def reaper(context: Context, ground: Ground, topics: Topics, logs: KeptLogs) -> Reaper | None:
    """What ends the sessions of a scheduled stack."""
    uptime = context.settings.uptime
    if uptime.schedule != "sessions":
        return None
    return Reaper(
        _reaper_name(context.name),
        ReaperArgs(
            stack=context.stack,
            account_id=context.account_id,
            region=context.settings.region,
            kms_key_arn=ground.kms_key_arn,
            log_group_arn=logs.arns["reaper"],
            topic_arn=topics.alerts,
            tags={key: context.tags[key] for key in arguments.IDENTIFYING_TAGS},
            dashboard_name=context.names.dashboard,
            session_days=uptime.session_days,
            session_start_minute=minutes_of_day(uptime.session_start),
            session_hours=uptime.hours_per_session,
            time_zone=uptime.time_zone,
            every_hours=uptime.reaper_every_hours,
        ),
        context.child,
    )


def workflow_failures(context: Context, topics: Topics, maintenance: Maintenance, reaper: Reaper | None) -> None:
    """Operators hear of failed maintenance and reaping; a rollout that fails rolls back and tells by itself."""
    arns = [maintenance.state_machine_arn, *([reaper.state_machine_arn] if reaper else [])]
    WorkflowFailures(
        f"{context.name}-workflows",
        WorkflowFailuresArgs(state_machine_arns=arns, topic_arn=topics.alerts),
        context.child,
    )


def guard(context: Context, topics: Topics) -> None:
    """Roles of the workflows, and the budget that restrains the deploying one."""
    settings, budget = context.settings, context.settings.budget
    ci = CiAccess(
        f"{context.name}-ci",
        CiAccessArgs(
            account_id=context.account_id,
            region=settings.region,
            repository=settings.platform.repository,
            environment=context.stack,
            permissions_boundary_arn=context.permissions_boundary_arn,
        ),
        pulumi.ResourceOptions(parent=context.root),  # it deploys what the boundary keeps from the others
    )
    BudgetGuard(
        f"{context.name}-budget",
        BudgetGuardArgs(
            account_id=context.account_id,
            monthly_limit_usd=budget.monthly_limit_usd,
            tag=(arguments.BUDGET_TAG, context.tags[arguments.BUDGET_TAG]),
            notice_percents=budget.notice_percents,
            action_percent=budget.action_percent,
            emails=settings.platform.operator_emails,
            topic_arn=topics.alerts,
            restrained_role_name=ci.deploy_role_name,
            restrained_role_arn=ci.deploy_role_arn,
        ),
        context.child,
    )
    context.exports.update({"previewRole": ci.preview_role_arn, "deployRole": ci.deploy_role_arn})
