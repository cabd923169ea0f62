"""A dashboard shows the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.model import Severity
from policies.rule import ROOT_TYPE, Context, Problem, Rule
from policies.rules._alarms import expected_here
from policies.rules._documents import parse_json
from policies.rules._tokens import DASHBOARD

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """The story's stack has a dashboard that shows its three metrics."""
    if not expected_here(context):
        return
    boards = context.graph.of_type(*DASHBOARD)
    if not boards:
        yield Problem("there is no dashboard; add aws.cloudwatch.Dashboard")
    for board in boards:
        body = board.get("dashboardBody")
        if isinstance(body, str) and parse_json(body) is None:
            yield Problem("dashboardBody is not JSON", "dashboardBody", board)


RULE = Rule(
    id="observability-dashboard",
    title="A dashboard shows the service",
    severity=Severity.LOW,
    why="In an incident nobody has time to look metrics up.",
    fix="Add an aws.cloudwatch.Dashboard.",
    source="docs/architecture.md, observability",
    check_stack=check,
    passing={"root": (ROOT_TYPE, {}), "board": (DASHBOARD[0], {"dashboardBody": "{}"})},
    failing={"root": (ROOT_TYPE, {})},
)
