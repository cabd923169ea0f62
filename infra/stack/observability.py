"""What is measured, logged and told to operators."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.data.cache import Cache
from components.edge.traffic_split import TrafficSplit
from components.observability.audit_log import AuditLog, AuditLogArgs
from components.observability.dashboard import Dashboard, DashboardArgs
from components.observability.health_feed import HealthFeed, HealthFeedArgs
from components.observability.kept_logs import KeptLogArgs, KeptLogs, KeptLogsArgs
from components.observability.log_bucket import LogBucket, LogBucketArgs
from components.observability.notifications import Notifications, NotificationsArgs, SubscriberArgs
from components.observability.scaling_events import ScalingEvents, ScalingEventsArgs
from components.observability.service_alarms import ServiceAlarms, ServiceAlarmsArgs
from infra.stack.context import Context
from infra.stack.declared import Compute, FrontDoor, Ground, Topics, Traffic


def log_bucket(context: Context) -> LogBucket | None:
    """Bucket of access and flow logs; None when the platform owns what writes them."""
    settings = context.settings
    if settings.tenancy.platform is not None:
        return None
    return LogBucket(
        f"{context.name}-logs",
        LogBucketArgs(
            bucket_name=context.names.log_bucket(context.account_id),
            account_id=context.account_id,
            region=settings.region,
            retention_days=settings.edge.access_log_retention_days,
            protect=settings.platform.protect_data,
        ),
        context.child,
    )


def topics(context: Context, kms_key_arn: pulumi.Input[str]) -> Topics:
    """Three topics, so that users, operators and the Health Aggregator each get their own messages only."""
    settings = context.settings

    def topic(
        suffix: str,
        display_name: str,
        subscribers: Sequence[SubscriberArgs],
        *,
        publishers: Sequence[str] = (),
        events_publish: bool = False,
    ) -> pulumi.Output[str]:
        return Notifications(
            f"{context.name}-{suffix}",
            NotificationsArgs(
                display_name=display_name,
                account_id=context.account_id,
                kms_key_arn=kms_key_arn,
                publishers=publishers,
                events_publish=events_publish,
                subscribers=subscribers,
            ),
            context.child,
        ).topic_arn

    users = [SubscriberArgs(protocol=one.protocol, endpoint=one.endpoint) for one in settings.maintenance.subscribers]
    operators = [SubscriberArgs(protocol="email", endpoint=address) for address in settings.platform.operator_emails]
    endpoint = settings.platform.health_aggregator.endpoint
    aggregator = [SubscriberArgs(protocol="https", endpoint=endpoint)] if endpoint else []
    found = Topics(
        notices=topic("notices", "Plant API", users),
        alerts=topic(
            "alerts",
            "Plant API alerts",
            operators,
            publishers=["budgets.amazonaws.com", "cloudwatch.amazonaws.com"],
            events_publish=True,
        ),
        health=topic("health", "Plant API health", aggregator, events_publish=True),
    )
    context.exports.update({"noticeTopic": found.notices, "alertTopic": found.alerts})
    return found


EVENT_RULES = ("scaling", "spikes")
"""Rules that write to the log of the fleets' events."""


def kept_logs(context: Context, kms_key_arn: pulumi.Input[str]) -> KeptLogs:
    """Logs that outlive a session; the web ACL of a shared stack is the platform's, and so are its logs."""
    settings, names = context.settings, context.names
    watcher = "reaper" if settings.uptime.schedule == "sessions" else "brake" if settings.has_brake else None
    workflows = ["maintenance", "rollout", *([watcher] if watcher else [])]
    logs = {
        name: KeptLogArgs(
            log_group_name=names.workflow_log_group(name),
            retention_days=settings.rollout.log_retention_days,
            delivered=True,
        )
        for name in workflows
    }
    logs["scaling"] = KeptLogArgs(
        log_group_name=names.event_log_group("scaling"),
        retention_days=settings.fleet.log_retention_days,
        event_rule_arns=[
            f"arn:aws:events:{settings.region}:{context.account_id}:rule/{names.event_rule(rule)}"
            for rule in EVENT_RULES
        ],
    )
    if settings.tenancy.kind == "dedicated":
        logs["firewall"] = KeptLogArgs(
            log_group_name=names.firewall_log_group,
            retention_days=settings.firewall.log_retention_days,
            delivered=True,
        )
    return KeptLogs(
        f"{context.name}-kept",
        KeptLogsArgs(
            logs=logs,
            kms_key_arn=kms_key_arn,
            account_id=context.account_id,
            region=settings.region,
            log_policy_name=names.log_policy,
        ),
        context.child,
    )


def audit_log(context: Context, kms_key_arn: pulumi.Input[str]) -> AuditLog:
    """Every request with its user."""
    audit = AuditLog(
        f"{context.name}-audit",
        AuditLogArgs(
            log_group_name=context.names.log_group("requests"),
            retention_days=context.settings.fleet.log_retention_days,
            kms_key_arn=kms_key_arn,
            metric_namespace=context.names.metric_namespace,
        ),
        context.child,
    )
    context.exports["logGroup"] = audit.log_group_name
    return audit


def slo_alarms_name(name: str) -> str:
    """Logical name of the alarms on what users feel, of the stack with the root component `name`."""
    return f"{name}-slo"


def traffic(context: Context, ground: Ground, door: FrontDoor | None, split: TrafficSplit) -> Traffic | None:
    """The traffic with the alarms on what users feel; nothing while parked."""
    if door is None:
        return None
    slo = context.settings.slo
    alarms = ServiceAlarms(
        slo_alarms_name(context.name),
        ServiceAlarmsArgs(
            load_balancer_suffix=door.load_balancer_suffix,
            target_group_suffixes=split.target_group_suffixes,
            metric_namespace=context.names.metric_namespace,
            p95_threshold_ms=slo.p95_threshold_ms,
            p95_window_minutes=slo.p95_window_minutes,
            warm_up_seconds=context.settings.fleet.warm_up_seconds,
            server_error_threshold_percent=slo.server_error_threshold_percent,
            database_query_limit_ms=context.settings.contract.database_query_limit_ms,
            alert_topic_arn=ground.topics.alerts,
            composite_name=context.names.composite_alarm,
            watches_load_balancer=context.settings.tenancy.kind == "dedicated",
        ),
        context.child,
    )
    return Traffic(door=door, split=split, alarms=alarms)


def observe(context: Context, ground: Ground, traffic: Traffic, compute: Compute, cache: Cache | None) -> None:
    """Scaling events, health events and dashboard."""
    settings = context.settings
    events = ScalingEvents(
        f"{context.name}-scaling",
        ScalingEventsArgs(
            group_names=list(compute.group_names.values()),
            spike_alarm_arns=compute.spike_alarm_arns,
            log_group_name=ground.logs.names["scaling"],
            log_group_arn=ground.logs.arns["scaling"],
            rule_names={rule: context.names.event_rule(rule) for rule in EVENT_RULES},
            metric_namespace=context.names.metric_namespace,
            failure_threshold_percent=settings.slo.scaling_failure_threshold_percent,
            window_minutes=settings.slo.scaling_failure_window_minutes,
            alert_topic_arn=ground.topics.alerts,
        ),
        context.child,
    )
    failures = [*compute.failure_alarm_arns, *([events.failure_alarm_arn] if events.failure_alarm_arn else [])]
    every = [*traffic.alarms.arns.values(), *failures, *([cache.alarm_arn] if cache else [])]
    HealthFeed(
        f"{context.name}-feed",
        HealthFeedArgs(
            service="plant-api",
            stack=context.stack,
            alarm_arns=every,
            topic_arn=ground.topics.health,
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
            load_balancer_suffix=traffic.door.load_balancer_suffix,
            target_group_suffixes=traffic.split.target_group_suffixes,
            group_names=compute.group_names,
            alarm_arns=every,
            p95_threshold_ms=settings.slo.p95_threshold_ms,
        ),
        context.child,
    )
    context.exports["dashboard"] = dashboard.dashboard_name
