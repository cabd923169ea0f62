"""Somebody subscribes to the topic that alarms publish to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import COMPOSITE_ALARM, METRIC_ALARM, SCHEDULE, TOPIC, TOPIC_SUBSCRIPTION
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A topic that alarms publish to has a subscription, and its policy admits them."""
    graph = context.graph
    senders = graph.referrers(resource, *METRIC_ALARM, *COMPOSITE_ALARM, *SCHEDULE)
    if senders and not context.pointing_at(resource, "topic", *TOPIC_SUBSCRIPTION):
        yield Problem(f"{senders[0].name} publishes to this topic and nobody subscribes; add aws.sns.TopicSubscription")


RULE = Rule(
    id="observability-alerts-reach-someone",
    title="Somebody subscribes to the topic that alarms publish to",
    severity=Severity.HIGH,
    why="An alert without a subscriber is lost, and no error tells.",
    fix=("Add an aws.sns.TopicSubscription with the topic's ARN: the Health Aggregator's endpoint, or an address."),
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html",
    types=TOPIC,
    reads_graph=True,
    check=check,
    passing={
        "topic": (TOPIC[0], {}),
        "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:topic"]}),
        "hub": (TOPIC_SUBSCRIPTION[0], {"topic": "arn:topic"}),
    },
    failing={"topic": (TOPIC[0], {}), "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:topic"]})},
)
