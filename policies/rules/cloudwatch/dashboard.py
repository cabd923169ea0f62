"""A dashboard shows the service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from deployment.tokens import DASHBOARD
from policies.checks import mappings, strings
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import STORY_METRICS, expected_here
from policies.rules._documents import parse_json

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
        if not isinstance(body, str):
            continue
        parsed = parse_json(body)
        if parsed is None:
            yield Problem("dashboardBody is not JSON", "dashboardBody", board)
        elif missing := [name for name in STORY_METRICS if name not in shown_by(parsed)]:
            yield Problem(f"dashboardBody shows no {', '.join(missing)}; add them to a widget", "dashboardBody", board)


def shown_by(body: Any) -> set[str]:
    """Names of the metrics in the widgets of a dashboard."""
    widgets = mappings(body.get("widgets")) if isinstance(body, Mapping) else []
    return {
        word
        for widget in widgets
        for properties in mappings(widget.get("properties"))
        for metric in properties.get("metrics") or ()
        for word in strings(metric)
    }


_BODY: Final = json.dumps({"widgets": [{"properties": {"metrics": [["PlantApi", name] for name in STORY_METRICS]}}]})

RULE = Rule(
    id="observability-dashboard",
    title="A dashboard shows the service",
    severity=Severity.LOW,
    why="In an incident nobody has time to look metrics up.",
    fix="Add an aws.cloudwatch.Dashboard whose widgets show api_latency, traffic_spikes and auto_scale_events.",
    source="docs/architecture.md, observability",
    check_stack=check,
    passing={"root": (ROOT_TYPE, {}), "board": (DASHBOARD[0], {"dashboardBody": _BODY})},
    failing={"root": (ROOT_TYPE, {})},
)
