"""Pages go to operators, notices to users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import COMPOSITE_ALARM, METRIC_ALARM, SCALING_POLICY, SCHEDULE, TOPIC
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No alarm publishes to the topic by which users hear of maintenance, and each action is in the stack."""
    if not context.is_plant_stack:
        return
    graph = context.graph
    for path in ("alarmActions", "okActions", "insufficientDataActions"):
        for topic in graph.referenced(resource, path, *TOPIC):
            if context.pointing_at(topic, "target.arn", *SCHEDULE):
                yield Problem(f"{path} names {topic.name}, by which users are told; name the operators' topic", path)
    topics = graph.of_type(*TOPIC)
    for path in ("alarmActions", "okActions") if topics and isinstance(topics[0].outputs.get("arn"), str) else ():
        own = {one.outputs.get("arn") for one in graph.referenced(resource, path, *TOPIC, *SCALING_POLICY)}
        for value in resource.all(f"{path}[*]"):
            if isinstance(value, str) and value not in own:
                yield Problem(f"{path} names {value}, which is not in this stack; name its topic", path)


RULE = Rule(
    id="observability-pages-apart",
    title="Pages go to operators, notices to users",
    severity=Severity.MEDIUM,
    why="Users can do nothing about an alarm, and operators who get none do nothing about it either.",
    fix="Name the operators' topic in alarmActions and okActions.",
    source="docs/architecture.md, observability",
    types=(*METRIC_ALARM, *COMPOSITE_ALARM),
    reads_graph=True,
    check=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "alerts": (TOPIC[0], {}),
        "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:alerts"]}),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "notices": (TOPIC[0], {}),
        "ahead": (SCHEDULE[0], {"target": {"arn": "arn:notices"}}),
        "alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:notices"]}),
    },
)
