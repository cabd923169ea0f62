"""A workflow that an event starts anew does not start itself for ever."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import EVENT_RULE, EVENT_TARGET, STATE_MACHINE
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import parse_json
from policies.rules._events import execution_event, matches, pattern_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS: Final = ("FAILED", "TIMED_OUT", "ABORTED")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What the target starts, with the input that it gives, is no event that the rule matches again."""
    graph = context.graph
    given = resource.get("input")
    for machine in graph.referenced(resource, "arn", *STATE_MACHINE):
        arn = machine.outputs.get("arn")
        for rule in graph.referenced(resource, "rule", *EVENT_RULE):
            pattern = pattern_of(rule)
            if pattern is None or not isinstance(arn, str):
                continue
            follows = any(matches(pattern, execution_event(arn, status)) for status in ENDS)
            again = [one for one in ENDS if matches(pattern, execution_event(arn, one, str(given or "{}")))]
            if follows and again:
                yield Problem(
                    f"an execution that this target starts and that ends as {again[0]} starts the next one; exclude "
                    "its input "
                    "in the eventPattern (anything-but)",
                    "input",
                )
            if follows and (not isinstance(given, str) or not parse_json(given)):
                yield Problem(
                    f"input is {shown(given)}, so what failed is only started again; give what makes it recover",
                    "input",
                )


def _stack(**detail: Any) -> dict[str, Any]:

    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": ["arn:machine"], **detail}}
    return {
        "machine": (STATE_MACHINE[0], {}),
        "broken": (EVENT_RULE[0], {"eventPattern": json.dumps(pattern)}),
        "recover": (EVENT_TARGET[0], {"rule": "id:broken", "arn": "arn:machine", "input": '{"action":"abort"}'}),
    }


RULE = Rule(
    id="observability-no-restart-loops",
    title="A workflow that an event starts anew does not start itself for ever",
    severity=Severity.HIGH,
    why="A recovery that fails would start itself until the month's budget is gone.",
    fix="Exclude the target's own input in the rule's eventPattern: detail.input [{anything-but: [...]}].",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-best-practices.html",
    types=EVENT_TARGET,
    reads_graph=True,
    check=check,
    passing=_stack(input=[{"anything-but": ['{"action":"abort"}']}]),
    failing=_stack(),
)
