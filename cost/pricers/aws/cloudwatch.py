"""CloudWatch: alarms by their metrics, dashboards, logs, and the metrics that filters make."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.logs import LOG_GROUP, log_volume_gb, stored_gb
from cost.pricers.aws.ecs import TASK_MINUTES, started
from cost.registry import Pricer
from cost.schedules import rule_runs
from cost.scope import Scope, UsageKey, readable
from cost.uptime import Metering
from deployment import tokens
from deployment.graph import Resource

HIGH_RESOLUTION_SECONDS: Final = 60
"""An alarm with a shorter period is a high-resolution one."""

FREE_DASHBOARD_METRICS: Final = 50
"""Metrics of a dashboard that the account's allowance covers (CloudWatch pricing page, 2026)."""

ANOMALY_METRICS: Final = 3
"""Metrics that an anomaly detection alarm counts as: the metric, and both edges of its band."""

INGESTED: Final = UsageKey("monthly_data_ingested_gb", Decimal(1), "gigabytes of logs ingested a month")
STORED: Final = UsageKey("storage_gb", Decimal(1), "gigabytes of logs stored")
SCANNED: Final = UsageKey(
    "monthly_data_scanned_gb",
    Decimal(0),
    "gigabytes scanned by Logs Insights a month",
    also="monthly_data_scanned_insights_gb",
)
TASK_RUNS: Final = UsageKey("monthly_runs", Decimal(100), "times a month that events start the target's tasks")
CUSTOM_EVENTS: Final = UsageKey("monthly_custom_events", Decimal(100_000), "custom events a month")
PARTNER_EVENTS: Final = UsageKey("monthly_third_party_events", Decimal(0), "events of partners a month")
DISCOVERED: Final = UsageKey(
    "monthly_schema_discovery_events", Decimal(0), "events a month, of 8 KB, that schemas are found from"
)
ARCHIVED: Final = UsageKey("archive_storage_gb", Decimal(1), "gigabytes of archived events")
INTO_ARCHIVE: Final = UsageKey("monthly_archive_processing_gb", Decimal(1), "gigabytes of events archived a month")
API_DESTINATION_CALLS: Final = UsageKey("monthly_invocations", Decimal(10_000), "calls of the destination a month")


def metric_alarm(scope: Scope) -> Iterator[Charge]:
    """One alarm, billed by the metrics that it watches."""
    queries = scope.each("metricQueries", _query)
    known = [query for query in queries if query is not None]
    if len(known) < len(queries):
        raise Unpriced("its metricQueries aren't known, and its price depends on them")
    periods = [Decimal(str(query.period)) for query in known if query.period]
    if not queries:
        periods.append(scope.number("period", HIGH_RESOLUTION_SECONDS))
    expressions = [str(readable(query.expression, "expression") or "") for query in known]
    insights = [text for text in expressions if text.strip().upper().startswith("SELECT")]
    if insights:
        yield scope.charge(
            "Metrics Insights alarm", ("cloudwatch", "insights_alarm_month"), ONE, Metering.PRORATED_MONTH
        )
        return
    metrics = sum(query.has_metric for query in known) if queries else 1
    if any("ANOMALY_DETECTION_BAND" in text for text in expressions):
        metrics = max(1, metrics) * ANOMALY_METRICS
    high = any(period < HIGH_RESOLUTION_SECONDS for period in periods)
    yield scope.charge(
        f"Alarm ({'high' if high else 'standard'} resolution, {metrics} metric{'s' if metrics > 1 else ''})",
        ("cloudwatch", "high_resolution_alarm_month" if high else "alarm_month"),
        Amount.fixed(max(1, metrics)),
        Metering.PRORATED_MONTH,
    )


class _Query(NamedTuple):
    """What an alarm's price goes by of one of its queries."""

    period: Any
    expression: Any
    has_metric: bool


def _query(query: Any) -> _Query | None:
    """None for one that isn't known."""
    if not isinstance(query, Mapping):
        return None
    metric = query.get("metric")
    period = metric.get("period") if isinstance(metric, Mapping) else None
    return _Query(period or query.get("period"), query.get("expression"), metric not in (None, {}))


def composite_alarm(scope: Scope) -> Iterator[Charge]:
    """One composite alarm, whatever it combines."""
    yield scope.charge("Composite alarm", ("cloudwatch", "composite_alarm_month"), ONE, Metering.PRORATED_MONTH)


def dashboard(scope: Scope) -> Iterator[Charge]:
    """One dashboard; the free ones have at most 50 metrics."""
    yield scope.charge(
        "Dashboard",
        ("cloudwatch", "dashboard_month"),
        ONE,
        Metering.PRORATED_MONTH,
        allowed=scope.made(_metrics, "dashboardBody") <= FREE_DASHBOARD_METRICS,
    )


def _metrics(resource: Resource, path: str) -> int:
    return dashboard_metrics(resource.get(path))


def dashboard_metrics(body: Any) -> int:
    """Metrics that the widgets of a dashboard's JSON show; 0 when it isn't known."""
    try:
        widgets = json.loads(body)["widgets"] if isinstance(body, str) else []
        rows = [row for widget in widgets for row in widget.get("properties", {}).get("metrics", [])]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return 0
    return sum(1 for row in rows if isinstance(row, list) and row and isinstance(row[0], str))


def log_group(scope: Scope) -> Iterator[Charge]:
    """Ingestion and storage of a log group; the volume comes from what the graph sends there."""
    volume = scope.usage(INGESTED, log_volume_gb(scope))
    infrequent = scope.text("logGroupClass", "STANDARD") == "INFREQUENT_ACCESS"
    key = "logs_ingestion_ia_gb" if infrequent else "logs_ingestion_gb"
    yield scope.use("Logs ingested", ("cloudwatch", key), volume)
    stored = scope.usage(STORED, stored_gb(volume.amount, scope.number("retentionInDays")))
    yield Charge(
        "Logs stored",
        scope.price("cloudwatch", "logs_storage_gb_month"),
        stored.amount,
        Metering.STANDING,
        usage_based=True,
        assumed=stored.assumed,
        driver=Driver.TRAFFIC,
    )
    yield from scope.used_where_given("Logs scanned", ("cloudwatch", "logs_insights_gb"), SCANNED)


def data_protection(scope: Scope) -> Iterator[Charge]:
    """Masking: every gigabyte that the log group takes in is scanned."""
    groups = scope.referenced("logGroupName", LOG_GROUP)
    derived = log_volume_gb(Scope(scope.pricing, groups[0])) if groups else None
    yield scope.use("Logs scanned and masked", ("cloudwatch", "data_protection_gb"), scope.usage(INGESTED, derived))


def metric_filter(scope: Scope) -> Iterator[Charge]:
    """The metric that a filter writes; several filters that write the same metric make one."""
    namespace = scope.text("metricTransformation.namespace")
    name = scope.text("metricTransformation.name")
    if not scope.is_first("custom metric", (namespace, name)):
        return
    yield scope.charge(
        f"Custom metric {name}", ("cloudwatch", "metric_month"), ONE, Metering.PRORATED_MONTH, usage_based=True
    )


def event_target(scope: Scope) -> Iterator[Charge]:
    """A target is free; the tasks on Fargate that its rule starts there aren't."""
    if not scope.resource.gives("ecsTarget"):
        return
    rules = scope.may_name("rule", "name", *tokens.EVENT_RULE)  # of several the one that starts most counts
    often = [rule_runs(rule) for rule in rules if rule.gives("scheduleExpression")]
    runs = Amount.fixed(max(often)) if often else scope.usage(TASK_RUNS).amount
    yield from started(scope, "ecsTarget.", "arn", runs)


def event_bus(scope: Scope) -> Iterator[Charge]:
    """Custom events that are published to a bus; AWS's own events are free."""
    yield scope.use(
        "Custom events", ("eventbridge", "million_custom_events"), scope.usage(CUSTOM_EVENTS), Driver.EVENTS
    )
    for item, key, used in (
        ("Events of partners", "million_custom_events", PARTNER_EVENTS),
        ("Schema discovery", "schema_million_events", DISCOVERED),
        ("Events archived", "archive_gb", INTO_ARCHIVE),
    ):
        yield from scope.used_where_given(item, ("eventbridge", key), used)
    yield from scope.used_where_given(
        "Archive storage", ("eventbridge", "archive_gb_month"), ARCHIVED, Metering.STANDING
    )


def event_archive(scope: Scope) -> Iterator[Charge]:
    """Stored events of an archive."""
    stored = scope.usage(ARCHIVED)
    processed = scope.usage(INTO_ARCHIVE, stored.amount if scope.given(ARCHIVED) is not None else None)
    yield scope.use("Events archived", ("eventbridge", "archive_gb"), processed, Driver.EVENTS)
    yield scope.kept("Archive storage", ("eventbridge", "archive_gb_month"), stored)


def api_destination(scope: Scope) -> Iterator[Charge]:
    """Calls of an HTTPS endpoint."""
    notices = scope.traffic.notices_per_month
    derived = Amount.of(0, notices, notices) if scope.pricing.basis.declared else None
    used = scope.usage(API_DESTINATION_CALLS, derived)
    yield scope.use("API destination calls", ("eventbridge", "api_destination_million"), used, Driver.EVENTS)


PRICERS: Final = {
    tokens.METRIC_ALARM[0]: Pricer(metric_alarm, twins=("aws_cloudwatch_metric_alarm",)),
    tokens.COMPOSITE_ALARM[0]: Pricer(composite_alarm, twins=("aws_cloudwatch_composite_alarm",)),
    tokens.DASHBOARD[0]: Pricer(dashboard, twins=("aws_cloudwatch_dashboard",)),
    LOG_GROUP: Pricer(log_group, twins=("aws_cloudwatch_log_group",), usage=(INGESTED, STORED, SCANNED)),
    tokens.LOG_DATA_PROTECTION[0]: Pricer(
        data_protection, twins=("aws_cloudwatch_log_data_protection_policy",), usage=(INGESTED,)
    ),
    tokens.LOG_METRIC_FILTER[0]: Pricer(metric_filter, twins=("aws_cloudwatch_log_metric_filter",)),
    **dict.fromkeys(
        tokens.EVENT_TARGET,
        Pricer(event_target, twins=("aws_cloudwatch_event_target",), usage=(TASK_RUNS, TASK_MINUTES)),
    ),
    tokens.EVENT_BUS[0]: Pricer(
        event_bus,
        twins=("aws_cloudwatch_event_bus",),
        usage=(CUSTOM_EVENTS, PARTNER_EVENTS, DISCOVERED, INTO_ARCHIVE, ARCHIVED),
    ),
    tokens.EVENT_ARCHIVE[0]: Pricer(
        event_archive, twins=("aws_cloudwatch_event_archive",), usage=(ARCHIVED, INTO_ARCHIVE)
    ),
    tokens.EVENT_DESTINATION[0]: Pricer(
        api_destination, twins=("aws_cloudwatch_event_api_destination",), usage=(API_DESTINATION_CALLS,)
    ),
}
