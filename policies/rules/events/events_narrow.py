"""Event rules match the events that they are for, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import EVENT_RULE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._events import pattern_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NARROWING: Final = ("resources", "detail")
"""Fields that tell a stack's own events from those of the rest of the account."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A pattern names the source and, in this project's stack, the resources that it is about."""
    given = resource.get("eventPattern")
    if given is UNKNOWN or is_absent(given):
        return  # a rule on a schedule has none
    pattern = pattern_of(resource)
    if pattern is None:
        yield Problem("eventPattern is not a JSON object", "eventPattern")
        return
    for key in ("source", "detail-type"):
        if is_absent(pattern.get(key)):
            yield Problem(f"eventPattern has no {key}, so it matches events of other kinds; name it", "eventPattern")
    if context.is_plant_stack and all(is_absent(pattern.get(key)) for key in NARROWING):
        yield Problem(
            "eventPattern names no resources and no detail, so it matches events of the whole account; name the "
            "stack's own",
            "eventPattern",
        )


RULE = Rule(
    id="observability-events-narrow",
    title="Event rules match the events that they are for, and no others",
    severity=Severity.MEDIUM,
    why="A pattern that is too wide counts, and pages for, what other stacks of the account do.",
    fix="Name source, detail-type and, in resources or detail, what the rule is about in eventPattern.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-best-practices.html",
    types=EVENT_RULE,
    reads_graph=True,
    check=check,
    passing={
        "rule": (EVENT_RULE[0], {"eventPattern": '{"source": ["aws.states"], "detail-type": ["Execution"]}'}),
    },
    failing={"rule": (EVENT_RULE[0], {"eventPattern": "{}"})},
)
