"""Whoever was called hears when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import COMPOSITE_ALARM, METRIC_ALARM, SCALING_POLICY, TOPIC
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An alarm that publishes to a topic when it goes off does so when it ends; one that scales does not."""
    graph = context.graph
    if graph.referenced(resource, "alarmActions", *SCALING_POLICY):
        return
    told = graph.referenced(resource, "alarmActions", *TOPIC)
    if told and is_absent(resource.get("okActions")):
        yield Problem(
            f"okActions is not set, so {told[0].name} never hears that it is over; name it there", "okActions"
        )


RULE = Rule(
    id="observability-recovery-told",
    title="Whoever was called hears when it is over",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="Somebody who is woken keeps looking until told.",
    fix="Set okActions to the topic of alarmActions.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    types=(*METRIC_ALARM, *COMPOSITE_ALARM),
    reads_graph=True,
    check=check,
    passing={
        "alerts": (TOPIC[0], {}),
        "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:alerts"], "okActions": ["arn:alerts"]}),
    },
    failing={"alerts": (TOPIC[0], {}), "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:alerts"]})},
)
