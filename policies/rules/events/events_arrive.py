"""Every event rule leads somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import EVENT_RULE, EVENT_TARGET, LOG_GROUP, STATE_MACHINE, TOPIC
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_TARGETS = (":log-group:", ":stateMachine:", ":sns:")
OWN_TYPES = (*LOG_GROUP, *STATE_MACHINE, *TOPIC)


def check(context: Context) -> Iterator[Problem]:
    """Each event rule has a target; each target is there, and may be used."""
    graph = context.graph
    targets = graph.of_type(*EVENT_TARGET)
    for rule in graph.of_type(*EVENT_RULE):
        if not context.pointing_at(rule, "rule", *EVENT_TARGET):
            yield Problem("this event rule has no target; add aws.cloudwatch.EventTarget", resource=rule)
    for target in targets:
        for path in ("arn", "rule"):
            if is_absent(target.get(path)):
                yield Problem(f"{path} is not set; give it", path, target)
        arn = target.get("arn")
        starts = isinstance(arn, str) and ":stateMachine:" in arn
        if starts and is_absent(target.get("roleArn")):
            yield Problem("roleArn is not set; EventBridge needs a role to start a state machine", "roleArn", target)
        own = isinstance(arn, str) and any(part in arn for part in OWN_TARGETS)
        if own and context.is_plant_stack and not graph.referenced(target, "arn", *OWN_TYPES):
            yield Problem(f"arn names {shown(arn)}, which is not in this stack", "arn", target)


RULE = Rule(
    id="observability-events-arrive",
    title="Every event rule leads somewhere",
    severity=Severity.MEDIUM,
    why="A failed rollout or a failed launch that is matched and sent nowhere is not noticed.",
    fix="Add an aws.cloudwatch.EventTarget with arn, and roleArn for a state machine.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html",
    check_stack=check,
    passing={"rule": (EVENT_RULE[0], {}), "target": (EVENT_TARGET[0], {"rule": "id:rule", "arn": "arn:x"})},
    failing={"rule": (EVENT_RULE[0], {})},
)
