"""Spike, failed launches, cache outage, zone loss: what is noticed when a piece is missing or wrong."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import depth
import pytest

from workbench.emulator.api import ACCOUNT_ID
from workbench.emulator.stage import Status

pytestmark = pytest.mark.slow

NOTHING = '{ $.source = "nobody" }'


def pattern(change: Any) -> Any:
    """An event pattern, changed."""

    def changed(text: str) -> str:
        document = json.loads(text)
        change(document)
        return json.dumps(document)

    return changed


def silent(text: str) -> str:
    """A topic policy that lets nobody publish."""
    document = json.loads(text)
    document["Statement"] = [item for item in document["Statement"] if item["Effect"] == "Deny"]
    return json.dumps(document)


def topics_only(actions: list[str]) -> list[str]:
    return [action for action in actions if ":sns:" in action]


def policies_only(actions: list[str]) -> list[str]:
    return [action for action in actions if ":scalingPolicy:" in action]


def other_dimensions(dimensions: dict[str, str]) -> dict[str, str]:
    return {**dimensions, "TargetGroup": "targetgroup/another/0123456789abcdef"}


SPIKE = [
    pytest.param(
        lambda live: live.altered("MetricAlarm", "stable-traffic-spike", alarmActions=topics_only),
        "step scaling grows it",
        id="alarm without its scaling action",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "stable-traffic-spike", alarmActions=policies_only),
        "notifies no topic",
        id="alarm without its topic",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "stable-traffic-spike", dimensions=other_dimensions),
        "the spike alarm goes off",
        id="alarm on another target group",
    ),
    pytest.param(
        lambda live: live.altered("TopicPolicy", "alerts", policy=silent),
        "a subscriber hears of it",
        id="topic that does not let CloudWatch publish",
    ),
    pytest.param(
        lambda live: live.altered(
            "Policy",
            "stable-track-requests",
            targetTrackingConfiguration=lambda old: {**old, "targetValue": 100 * old["targetValue"]},
        ),
        "target tracking grows the fleet",
        id="tracked value out of reach",
    ),
    pytest.param(
        lambda live: live.altered(
            "Policy",
            "stable-track-requests",
            targetTrackingConfiguration=lambda old: {**old, "disableScaleIn": True},
        ),
        "afterwards the fleet shrinks",
        id="tracking that never scales in",
    ),
    pytest.param(
        lambda live: live.altered("Group", "stable", maxSize=6),
        "the fleet never leaves its bounds",
        id="group larger than declared",
    ),
    pytest.param(
        lambda live: live.altered("LogMetricFilter", "scaling-auto-scale-events", pattern=NOTHING),
        "auto_scale_events counts",
        id="metric filter with the wrong pattern",
    ),
    pytest.param(
        lambda live: live.altered("LogMetricFilter", "scaling-traffic-spikes", pattern=NOTHING),
        "traffic_spikes counts",
        id="spikes counted by the wrong pattern",
    ),
    pytest.param(
        lambda live: live.altered("EventRule", "scaling-scaling", state="DISABLED"),
        "auto_scale_events counts",
        id="event rule switched off",
    ),
    pytest.param(
        lambda live: live.without("LogResourcePolicy", "kept-writers"),
        "auto_scale_events counts",
        id="log group that does not let EventBridge write",
    ),
]

FAILURES = [
    pytest.param(
        lambda live: live.altered(
            "EventRule",
            "scaling-scaling",
            eventPattern=pattern(lambda it: it["detail"].update(AutoScalingGroupName=["plant-stable-group"])),
        ),
        "more than 5 % are an alarm",
        id="event rule that leaves a fleet out",
    ),
    pytest.param(
        lambda live: live.altered("LogMetricFilter", "scaling-launch-failures", pattern=NOTHING),
        "more than 5 % are an alarm",
        id="failures counted by the wrong pattern",
    ),
    pytest.param(
        lambda live: live.altered("LogMetricFilter", "scaling-launch-successes", pattern=NOTHING),
        "5 % failed launches are no alarm",
        id="successes counted by the wrong pattern",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "scaling-launch-failures", threshold=50.0),
        "more than 5 % are an alarm",
        id="threshold too high",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "scaling-launch-failures", threshold=4.0),
        "5 % failed launches are no alarm",
        id="threshold too low",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "scaling-launch-failures", alarmActions=[]),
        "people are told",
        id="alarm without its action",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "scaling-launch-failures", okActions=[]),
        "and so are people",
        id="alarm without an action for its end",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "scaling-launch-failures", treatMissingData="breaching"),
        "it ends once launches work again",
        id="silence taken for failure",
    ),
    pytest.param(
        lambda live: live.altered(
            "EventRule",
            "feed-changes",
            eventPattern=pattern(
                lambda it: it.update(resources=[arn for arn in it["resources"] if "launch-failures" not in arn])
            ),
        ),
        "the aggregator gets the event",
        id="feed without the alarm",
    ),
    pytest.param(
        lambda live: live.altered(
            "EventTarget",
            "feed-to-topic",
            inputTransformer=lambda old: {
                **old,
                "inputTemplate": old["inputTemplate"].replace('"since": "<since>", ', ""),
            },
        ),
        "in the documented shape",
        id="event without a key",
    ),
    pytest.param(
        lambda live: live.altered("TopicPolicy", "health", policy=silent),
        "the aggregator gets the event",
        id="topic that does not let EventBridge publish",
    ),
]


@contextlib.contextmanager
def cache_elsewhere(live: Any) -> Iterator[None]:
    entry = live.entry("ServerlessCache", "cache")
    before = entry.outputs["endpoints"]
    entry.outputs["endpoints"] = [{"address": "elsewhere.cache.amazonaws.com", "port": 6379}]
    try:
        yield
    finally:
        entry.outputs["endpoints"] = before


CACHE = [
    pytest.param(cache_elsewhere, "instances of the stable fleet know the cache", id="cache elsewhere"),
    pytest.param(
        lambda live: live.altered(
            "Parameter",
            "contract",
            insecureValue=lambda old: json.dumps({**json.loads(old), "database_query_limit_ms": 500}),
        ),
        "find the limits that hold without it",
        id="contract with another limit",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "database-latency", threshold=300.0),
        "the database alarm watches the contract's limit",
        id="database alarm on another limit",
    ),
    pytest.param(
        lambda live: live.altered("LogMetricFilter", "audit-database-latency", pattern="{ $.db_ms = * }"),
        "the database alarm says where",
        id="database time read from the wrong field",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "slo-p95-stable", threshold=2.0),
        "the p95 alarm goes off",
        id="latency alarm in the wrong unit",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "slo-p95-stable", evaluationPeriods=3),
        "the p95 alarm goes off",
        id="latency alarm that takes a quarter of an hour",
    ),
    pytest.param(
        lambda live: live.altered("CompositeAlarm", "users-affected", alarmRule=lambda old: old.partition(" OR ")[2]),
        "the composite alarm says that users are affected",
        id="composite without a member",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "database-latency", alarmActions=[]),
        "people are told of the beginning and of the end",
        id="database alarm without its action",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "slo-p95-stable", okActions=[]),
        "people are told of the beginning and of the end",
        id="latency alarm without an action for its end",
    ),
    pytest.param(
        lambda live: live.altered(
            "EventRule",
            "feed-changes",
            eventPattern=pattern(
                lambda it: it.update(resources=[arn for arn in it["resources"] if "database-latency" not in arn])
            ),
        ),
        "the Health Aggregator is told of both",
        id="feed without the database alarm",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "cache-nearly-full", dimensions={"clusterId": "another"}),
        "the cache's own alarm says that it fills up",
        id="alarm on another cache",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "cache-nearly-full", treatMissingData="breaching"),
        "silent about a cache that is gone",
        id="cache alarm that takes silence for a full cache",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "database-latency", treatMissingData="ignore", okActions=[]),
        "people are told of the beginning and of the end",
        id="database alarm that tells no end",
    ),
]


@contextlib.contextmanager
def without_rebalancing(live: Any) -> Iterator[None]:
    """Directly in moto, whose UpdateAutoScalingGroup does not take it."""
    from moto.autoscaling.models import autoscaling_backends

    group = autoscaling_backends[ACCOUNT_ID][live.settings.region].autoscaling_groups[live.entry("Group", "stable").id]
    group.capacity_rebalance = False
    try:
        yield
    finally:
        group.capacity_rebalance = True


ZONE = [
    pytest.param(
        lambda live: live.altered("Group", "stable", healthCheckType="EC2"),
        "the group replaces what the load balancer calls unhealthy",
        id="health check of EC2 only",
    ),
    pytest.param(
        lambda live: live.altered("Group", "stable", vpcZoneIdentifiers=lambda old: old[:1]),
        "the fleet is in two zones or more",
        id="fleet in one zone",
    ),
    pytest.param(
        lambda live: live.altered("ServerlessCache", "cache", subnetIds=lambda old: old[:1]),
        "the cache is in two zones or more",
        id="cache in one zone",
    ),
    pytest.param(
        without_rebalancing,
        "spot instances at risk are replaced",
        id="no capacity rebalancing",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "unhealthy-stable", alarmActions=[]),
        "the alarm on healthy targets goes off",
        id="alarm without its action",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "unhealthy-stable", metricName="UnHealthyHostCount"),
        "the alarm ends",
        id="alarm on the wrong metric",
    ),
    pytest.param(
        lambda live: live.altered("LogMetricFilter", "scaling-launch-failures", pattern=NOTHING),
        "the alarm on failed launches",
        id="failed launches not counted",
    ),
]


def not_counting_answers(queries: Any) -> Any:
    return [
        {**query, "expression": "IF(requests > 0, 100 * errors / requests, 0)"} if query["id"] == "ratio" else query
        for query in queries
    ]


SILENCE = [
    pytest.param(
        lambda live: live.altered("MetricAlarm", "errors-stable", metricQueries=not_counting_answers),
        "stable: no answers are an alarm",
        id="only what targets answer is watched",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "errors-canary", metricQueries=not_counting_answers),
        "canary: no answers are an alarm",
        id="nor of the canary",
    ),
    pytest.param(
        lambda live: live.altered("MetricAlarm", "errors-stable", threshold=-1.0),
        "a few callers who hang up are no alarm",
        id="alarm that is always on",
    ),
    pytest.param(
        lambda live: live.altered("CompositeAlarm", "users-affected", alarmActions=[]),
        "it affects users, and people are told",
        id="composite without its action",
    ),
]


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(SILENCE, least=3))
def test_a_silent_fleet_that_is_not_noticed_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    assert any(demand in what for what in broken("silent-fleet", sabotage))


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(SPIKE, least=3))
def test_a_spike_that_is_not_met_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    assert any(demand in what for what in broken("spike", sabotage))


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(FAILURES, least=3))
def test_failed_launches_that_are_not_reported_are_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    assert any(demand in what for what in broken("scaling-failures", sabotage))


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(CACHE, least=3))
def test_a_cache_outage_that_is_not_reported_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    assert any(demand in what for what in broken("cache-outage", sabotage))


@pytest.mark.parametrize(("sabotage", "demand"), depth.tried(ZONE, least=3))
def test_a_lost_zone_that_is_not_survived_is_noticed(broken: Any, sabotage: Any, demand: str) -> None:
    assert any(demand in what for what in broken("zone-loss", sabotage))


@pytest.mark.parametrize("name", ["spike", "scaling-failures", "cache-outage", "zone-loss", "silent-fleet"])
def test_afterwards_the_stack_is_as_it_was(live: Any, name: str) -> None:
    played = live.play(name)
    assert played.status is Status.PASSED, [check for check in played.checks if check.status is Status.FAILED]
