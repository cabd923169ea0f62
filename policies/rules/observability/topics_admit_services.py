"""Topics admit the services that publish to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import is_absent
from policies.model import Resource, Severity
from policies.rule import Context, Problem, Rule
from policies.rules._tokens import COMPOSITE_ALARM, EVENT_TARGET, METRIC_ALARM, TOPIC, TOPIC_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A topic that events or alarms publish to has a policy that admits them."""
    graph = context.graph
    publishers = graph.referrers(resource, *METRIC_ALARM, *COMPOSITE_ALARM, *EVENT_TARGET)
    policies = context.pointing_at(resource, "arn", *TOPIC_POLICY)
    if publishers and not policies and is_absent(resource.get("policy")):
        yield Problem(f"{publishers[0].name} publishes to this topic, and no policy admits it; add aws.sns.TopicPolicy")


RULE = Rule(
    id="observability-topics-admit-services",
    title="Topics admit the services that publish to them",
    severity=Severity.MEDIUM,
    why="SNS refuses what its policy does not admit, and neither alarm nor event tells.",
    fix="Add an aws.sns.TopicPolicy that lets cloudwatch.amazonaws.com or events.amazonaws.com publish.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
    types=TOPIC,
    reads_graph=True,
    check=check,
    passing={
        "topic": (TOPIC[0], {}),
        "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:topic"]}),
        "policy": (TOPIC_POLICY[0], {"arn": "arn:topic"}),
    },
    failing={"topic": (TOPIC[0], {}), "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:topic"]})},
)
