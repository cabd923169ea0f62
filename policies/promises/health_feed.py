"""The Health Aggregator hears of each alarm, in the shape that it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import COMPOSITE_ALARM, EVENT_RULE, EVENT_TARGET, METRIC_ALARM, TOPIC
from policies.checks import mappings
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises._events import alarm_event, targets_for
from policies.rule import Problem, Rule
from policies.rules._documents import parse_json

PLACE: Final = re.compile(r"<([^<>\s]+)>")
FIELDS: Final = {"check": "alarmName", "status": "value", "since": "timestamp", "reason": "reason"}
"""Field of the event that the Health Aggregator takes -> the last step of where CloudWatch's event has it."""
CONSTANTS: Final = ("schema", "service", "stack")


def check(context: Context) -> Iterator[Problem]:
    """Let each alarm go off: its event is matched by a rule, and what the rule sends has every field."""
    feeds: dict[str, Resource] = {}
    asked: set[int] = set()  # many alarms reach the same targets
    for alarm in context.graph.of_type(*METRIC_ALARM, *COMPOSITE_ALARM):
        arn, name = alarm.outputs.get("arn"), alarm.outputs.get("name") or alarm.get("alarmName")
        reached = list(targets_for(alarm_event(str(arn), str(name)), context))
        if isinstance(arn, str) and not reached:
            yield Problem(
                "no event rule follows this alarm, so the Health Aggregator never hears of it; name it in the "
                "eventPattern of one",
                resource=alarm,
            )
        for targets in reached:
            if id(targets) not in asked:
                asked.add(id(targets))
                feeds |= {target.urn: target for target in targets if leaves(target, context)}
    for target in feeds.values():
        missing = sorted({*FIELDS, *CONSTANTS} - set(sent(target)))
        if missing:
            yield Problem(
                f"what is sent lacks {', '.join(missing)}; give each a place in inputTransformer.inputTemplate, and "
                "its path in inputPaths",
                "inputTransformer",
                target,
            )


def leaves(target: Resource, context: Context) -> bool:
    """True for a target outside of this stack's own workings: a topic, or another event bus."""
    return bool(context.graph.referenced(target, "arn", *TOPIC)) or ":event-bus/" in str(target.get("arn"))


def sent(target: Resource) -> Iterator[str]:
    """Fields of the event that `target` sends, as far as they hold what they should."""
    for transformer in mappings(target.get("inputTransformer")):
        paths = transformer.get("inputPaths")
        template = transformer.get("inputTemplate")
        event = parse_json(template) if isinstance(template, str) else None
        for field, value in (event if isinstance(event, Mapping) else {}).items():
            place = PLACE.fullmatch(str(value))
            path = str(paths.get(place[1])) if place and isinstance(paths, Mapping) else ""
            if (field in FIELDS and path.endswith(f".{FIELDS[field]}")) or (field in CONSTANTS and value):
                yield field


_PATHS: Final = {
    "check": "$.detail.alarmName",
    "status": "$.detail.state.value",
    "since": "$.detail.state.timestamp",
    "reason": "$.detail.state.reason",
}
_EVENT: Final = {"schema": 1, "service": "api", "stack": "dev", **{key: f"<{key}>" for key in _PATHS}}
_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "p95": (METRIC_ALARM[0], {}),
    "changes": (
        EVENT_RULE[0],
        {"eventPattern": json.dumps({"source": ["aws.cloudwatch"], "resources": ["arn:p95"]})},
    ),
    "feed": (
        EVENT_TARGET[0],
        {
            "rule": "id:changes",
            "arn": "arn:health",
            "inputTransformer": {"inputPaths": _PATHS, "inputTemplate": json.dumps(_EVENT)},
        },
    ),
    "health": (TOPIC[0], {}),
}

RULE = Rule(
    id="observability-events-followed",
    title="The Health Aggregator hears of each alarm, in the shape that it takes",
    severity=Severity.HIGH,
    why="The service is monitored by it: what it does not hear of, or can't read, is healthy to it.",
    fix="Name each alarm in the eventPattern of a rule whose target sends the fields that the message names.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    failing=but(_GOOD, {"changes.eventPattern": json.dumps({"source": ["aws.cloudwatch"], "resources": ["arn:x"]})}),
    also_failing=each(
        _GOOD,
        {"feed": None},
        {"feed.inputTransformer": None},
        {"feed.inputTransformer.inputPaths.status": "$.detail.alarmName"},
        {"feed.inputTransformer.inputTemplate": json.dumps({**_EVENT, "service": ""})},
    ),
)
