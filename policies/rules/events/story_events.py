"""Launches, alarms and rollouts are followed by their events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import EVENT_RULE, POD_AUTOSCALER
from deployment.unknown import UNKNOWN
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._alarms import expected_here

if TYPE_CHECKING:
    from collections.abc import Iterator

LAUNCHES = "aws.autoscaling"
"""Source of the events of instances; pods that come and go send none."""
WANTED = (LAUNCHES, "CloudWatch Alarm State Change", "Step Functions Execution Status Change")


def check(context: Context) -> Iterator[Problem]:
    """Launches, alarms and executions of the rollout are followed by event rules."""
    if not expected_here(context):
        return
    patterns = [rule.get("eventPattern") for rule in context.graph.of_type(*EVENT_RULE)]
    wanted = [what for what in WANTED if what != LAUNCHES or not context.graph.of_type(*POD_AUTOSCALER)]
    for what in wanted:
        if any(what in str(pattern) for pattern in patterns):
            continue
        if UNKNOWN in patterns:
            yield undecided("eventPattern")
        else:
            yield Problem(f"no event rule follows {what}; add aws.cloudwatch.EventRule")


RULE = Rule(
    id="observability-story-events",
    title="Launches, alarms and rollouts are followed by their events",
    severity=Severity.MEDIUM,
    why="The Health Aggregator and the recovery of a broken rollout live on these events.",
    fix="Add an aws.cloudwatch.EventRule for each source that the message names.",
    source="docs/architecture.md, observability",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        **{f"rule{i}": (EVENT_RULE[0], {"eventPattern": what}) for i, what in enumerate(WANTED)},
    },
    failing={"root": (ROOT_TYPE, {})},
)
