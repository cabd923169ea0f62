"""Users hear of a maintenance window 7 days, 24 hours and 1 hour ahead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployment.tokens import PARAMETER, SCHEDULE
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import parse_json

NOTICES = (168, 24, 1)
PHASES = ("start", "end")


def check(context: Context) -> Iterator[Problem]:
    """Each window is announced 7 days, 24 hours and 1 hour ahead, and opened and closed."""
    if not context.is_plant_stack:
        return
    hours: dict[str, set[Any]] = {}
    phases: dict[str, set[Any]] = {}
    for schedule in context.graph.of_type(*SCHEDULE):
        text = schedule.get("target.input")
        event = parse_json(text) if isinstance(text, str) else None
        window = event.get("window") if isinstance(event, Mapping) else None
        if isinstance(event, Mapping) and isinstance(window, str):
            hours.setdefault(window, set()).add(event.get("hours"))
            phases.setdefault(window, set()).add(event.get("phase"))
    for window in hours:
        for ahead in NOTICES:
            if ahead not in hours[window]:
                yield Problem(f"nobody is told of the window {window} {ahead} h ahead; add aws.scheduler.Schedule")
        for phase in PHASES:
            if phase not in phases[window]:
                yield Problem(f"nothing happens at the {phase} of the window {window}; add aws.scheduler.Schedule")
    if hours and not any("maintenance" in one.name for one in context.graph.of_type(*PARAMETER)):
        yield Problem("no parameter says that a window is open, so a rollout would go on in it; add aws.ssm.Parameter")


RULE = Rule(
    id="maintenance-users-warned",
    title="Users hear of a maintenance window 7 days, 24 hours and 1 hour ahead",
    severity=Severity.MEDIUM,
    why="It is promised; a window nobody heard of is an outage.",
    fix="Add the aws.scheduler.Schedule that the message names.",
    source="docs/architecture.md, maintenance",
    check_stack=check,
    passing={"root": (ROOT_TYPE, {})},
    failing={
        "root": (ROOT_TYPE, {}),
        "notice": (SCHEDULE[0], {"target": {"input": '{"window": "weekly", "hours": 24}'}}),
    },
)
