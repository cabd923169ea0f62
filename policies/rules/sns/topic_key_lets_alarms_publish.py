"""Alarms, events and schedules can publish to their encrypted topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUDGET, COMPOSITE_ALARM, EVENT_TARGET, METRIC_ALARM, SCHEDULE, TOPIC
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

AWS_MANAGED = "alias/aws/sns"
PUBLISHERS = (*METRIC_ALARM, *COMPOSITE_ALARM, *EVENT_TARGET, *SCHEDULE, *BUDGET)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A topic that alarms publish to is not encrypted with the key whose policy nobody can change."""
    key = resource.get("kmsMasterKeyId")
    if isinstance(key, str) and key.endswith(AWS_MANAGED) and context.graph.referrers(resource, *PUBLISHERS):
        yield Problem(
            "alarms, events and schedules can't publish to a topic encrypted with "
            f"{AWS_MANAGED}; set kmsMasterKeyId to a key whose policy "
            "lets cloudwatch.amazonaws.com use it",
            "kmsMasterKeyId",
        )


RULE = Rule(
    id="data-topic-key-lets-alarms-publish",
    title="Alarms, events and schedules can publish to their encrypted topic",
    severity=Severity.HIGH,
    why="With the AWS managed key CloudWatch may not encrypt: the alarm goes off, and nobody hears of it.",
    fix="Set kmsMasterKeyId to a customer managed key that admits cloudwatch.amazonaws.com.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    refused_by="kms GenerateDataKey, asked by cloudwatch.amazonaws.com: AccessDeniedException",
    types=TOPIC,
    reads_graph=True,
    check=check,
    passing={
        "topic": (TOPIC[0], {"kmsMasterKeyId": "arn:key"}),
        "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:topic"]}),
    },
    failing={
        "topic": (TOPIC[0], {"kmsMasterKeyId": "alias/aws/sns"}),
        "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:topic"]}),
    },
)
