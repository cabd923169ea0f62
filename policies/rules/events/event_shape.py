"""What an event target sends is complete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import EVENT_RULE, EVENT_TARGET, TOPIC
from policies.checks import mappings, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import parse_json
from policies.rules._events import pattern_of

PLACE: Final = re.compile(r"<([^<>\s]+)>")
SHAPE: Final = {
    "check": "$.detail.alarmName",
    "status": "$.detail.state.value",
    "since": "$.detail.state.timestamp",
    "reason": "$.detail.state.reason",
}
"""Fields of the event that the Health Aggregator takes, and where CloudWatch's event has them."""
CONSTANTS: Final = ("schema", "service", "stack")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each placeholder has a path, and the health feed's event has all its fields."""
    follows_alarms = any(
        "aws.cloudwatch" in str((pattern_of(rule) or {}).get("source"))
        for rule in context.graph.referenced(resource, "rule", *EVENT_RULE)
    )
    feed = context.is_plant_stack and follows_alarms and bool(context.graph.referenced(resource, "arn", *TOPIC))
    transformers = mappings(resource.get("inputTransformer"))
    if feed and not transformers:
        yield Problem("the health feed sends CloudWatch's own event; give an inputTransformer", "inputTransformer")
    for transformer in transformers:
        template = transformer.get("inputTemplate")
        paths = transformer.get("inputPaths")
        known = paths if isinstance(paths, Mapping) else {}
        if not isinstance(template, str):
            continue
        yield from place_problems(template, known)
        if feed:
            yield from shape_problems(template, known)


def place_problems(template: str, known: Mapping[str, Any]) -> Iterator[Problem]:
    """Placeholders without a path, and paths that are none."""
    for place in sorted(set(PLACE.findall(template))):
        path = known.get(place)
        if not place.startswith("aws.") and (not isinstance(path, str) or not path.startswith("$")):
            yield Problem(
                f"inputTransformer.inputPaths.{place} is {shown(path)}, and the template uses <{place}>; give its path",
                "inputTransformer.inputPaths",
            )
    unused = sorted(key for key in known if f"<{key}>" not in template)
    if unused:
        yield Problem(
            f"inputTransformer.inputTemplate uses no <{unused[0]}>, though inputPaths has it; add it, or drop the path",
            "inputTransformer.inputTemplate",
        )
    filled = PLACE.sub("0", template)
    if parse_json(filled) is None and parse_json(f'"{filled}"') is None:
        yield Problem("inputTransformer.inputTemplate is neither JSON nor text", "inputTransformer.inputTemplate")


def shape_problems(template: str, known: Mapping[str, Any]) -> Iterator[Problem]:
    """Fields that the Health Aggregator waits for in vain."""
    event = parse_json(template)
    fields = event if isinstance(event, Mapping) else {}
    for field, path in SHAPE.items():
        place = PLACE.fullmatch(str(fields.get(field)))
        if place is None or known.get(place[1]) != path:
            yield Problem(
                f"the health feed's {field} is {shown(fields.get(field))}; it has to come from {path}",
                "inputTransformer.inputTemplate",
            )
    for field in CONSTANTS:
        if not fields.get(field):
            yield Problem(f"the health feed's event has no {field}; add it", "inputTransformer.inputTemplate")


def _target(place: str) -> tuple[str, dict[str, Any]]:
    return EVENT_TARGET[0], {
        "arn": "arn:topic",
        "inputTransformer": {"inputPaths": {"status": "$.detail.status"}, "inputTemplate": f'"Ended as <{place}>"'},
    }


RULE = Rule(
    id="observability-event-shape",
    title="What an event target sends is complete",
    severity=Severity.MEDIUM,
    why="A receiver that misses a field drops the event, and the service looks healthy to it.",
    fix="Give every placeholder of inputTemplate a path in inputPaths, and the feed the fields that the message names.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html",
    types=EVENT_TARGET,
    reads_graph=True,
    check=check,
    passing={"to-topic": _target("status")},
    failing={"to-topic": _target("state")},
)
