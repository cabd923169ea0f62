"""The Health Aggregator hears of what the story watches, in the shape that it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import EVENT_RULE, EVENT_TARGET, METRIC_ALARM, TOPIC
from policies.checks import mappings
from policies.context import Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises import latency, scaling_failures
from policies.promises._events import alarm_event, targets_for
from policies.rule import Problem, Rule
from policies.rules._documents import parse_json

BUS: Final = ":event-bus/"
PLACE: Final = re.compile(r"<([^<>\s]+)>")
FIELDS: Final = {"check": "alarmName", "status": "value", "since": "timestamp", "reason": "reason"}
"""Field of the event that the Health Aggregator takes -> the last step of where CloudWatch's event has it."""
CONSTANTS: Final = ("schema", "service", "stack")


def check(context: Context) -> Iterator[Problem]:
    """Let what the story watches go wrong: an alarm of it reaches what leaves the stack, with every field.

    Other alarms are whoever declares them's own: whether the Health Aggregator hears of them is not promised.
    """
    known: dict[int, list[Resource]] = {}  # many alarms reach the same targets
    wrong: dict[str, Resource] = {}
    for alarms in filter(None, watching(context)):
        if any(not isinstance(alarm.outputs.get("arn"), str) for alarm in alarms):
            continue  # nobody knows yet what a pattern would have to name
        feeds = [best for alarm in alarms for best in heard_by(alarm, context, known)]
        if not feeds:
            yield Problem(
                "no event rule sends on what this alarm says, so the Health Aggregator never hears of it; name it in "
                "the eventPattern of one that has a topic or another event bus as its target",
                resource=alarms[0],
            )
        elif all(lacking(target) for target in feeds):
            wrong[feeds[0].urn] = feeds[0]
    for target in wrong.values():
        yield Problem(
            f"what is sent lacks {', '.join(lacking(target))}; give each a place in inputTransformer.inputTemplate, "
            "and its path in inputPaths",
            "inputTransformer",
            target,
        )


def watching(context: Context) -> Iterator[list[Resource]]:
    """The alarms that go off when something goes wrong that the story watches: a list for each thing.

    A spike is none of them: it is answered, and harms nobody until answers are late.
    """
    for _, p95 in latency.watched(context):
        yield [one.alarm for one in p95 if latency.late(one)]
    for _, failures in scaling_failures.watched(context):
        yield [one.alarm for one in failures or () if scaling_failures.over_limit(one)]


def heard_by(alarm: Resource, context: Context, known: dict[int, list[Resource]]) -> Iterator[Resource]:
    """Targets outside of this stack's own workings that get what the alarm says: of those that get the same, the one
    that sends the most. `known` keeps it."""
    arn, name = alarm.outputs.get("arn"), alarm.outputs.get("name") or alarm.get("alarmName")
    for targets in targets_for(alarm_event(str(arn), str(name)), context):
        if id(targets) not in known:
            leaving = [target for target in targets if leaves(target, context)]
            known[id(targets)] = sorted(leaving, key=lambda target: len(lacking(target)))[:1]
        yield from known[id(targets)]


def leaves(target: Resource, context: Context) -> bool:
    """True for a target outside of this stack's own workings: a topic, or another event bus."""
    return bool(context.graph.referenced(target, "arn", *TOPIC)) or BUS in str(target.get("arn"))


def lacking(target: Resource) -> list[str]:
    """Fields of the event that `target` doesn't send; an event bus takes EventBridge's own shape, which has all."""
    return [] if BUS in str(target.get("arn")) else sorted({*FIELDS, *CONSTANTS} - set(sent(target)))


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
    **latency.GOOD,
    "another": (METRIC_ALARM[0], {}),
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
    title="The Health Aggregator hears of slow answers and failed launches, in its shape",
    severity=Severity.HIGH,
    why="The service is monitored by it: what it does not hear of, or can't read, is healthy to it.",
    fix="Name the alarm in the eventPattern of a rule whose target sends the fields that the message names.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    also_passing=each(
        _GOOD,
        {"p95.threshold": 9},  # another promise's matter
        {"feed.arn": "arn:aws:events:us-east-1:123456789012:event-bus/health", "feed.inputTransformer": None},
    ),
    failing=but(_GOOD, {"changes.eventPattern": json.dumps({"source": ["aws.cloudwatch"], "resources": ["arn:x"]})}),
    also_failing=each(
        _GOOD,
        {"feed": None},
        {"feed.arn": "arn:log"},
        {"feed.inputTransformer": None},
        {"feed.inputTransformer.inputPaths.status": "$.detail.alarmName"},
        {"feed.inputTransformer.inputTemplate": json.dumps({**_EVENT, "service": ""})},
    ),
)
