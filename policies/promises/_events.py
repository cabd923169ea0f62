"""Which events an EventBridge rule matches, as its pattern says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import EVENT_RULE, EVENT_TARGET
from policies.checks import strings
from policies.context import Context
from policies.rules._documents import read_json

MISSING = object()


def pattern_of(rule: Resource) -> Mapping[str, Any] | None:
    """The event pattern of `rule`; None when it is not known, or none."""
    parsed = read_json(rule.get("eventPattern"))
    return parsed if isinstance(parsed, Mapping) else None


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """True when `event` has, for each field of the pattern, one of its values."""
    for key, wanted in pattern.items():
        value = event.get(key, MISSING) if isinstance(event, Mapping) else MISSING
        if isinstance(wanted, Mapping):
            if not matches(wanted, value):
                return False
        elif not isinstance(wanted, list) or not _one_of(wanted, value):
            return False
    return True


def _one_of(wanted: list[Any], value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(_is(one, each) for one in wanted for each in values)


def _is(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return value is not MISSING and value == wanted
    if "exists" in wanted:
        return (value is not MISSING) is wanted["exists"]
    if value is MISSING:
        return False
    if "anything-but" in wanted:
        unwanted = wanted["anything-but"]
        # Whether it takes null is written nowhere, so a pattern has to name null (EventBridge guide, "Null values").
        return value is not None and value not in (unwanted if isinstance(unwanted, list) else [unwanted])
    if "prefix" in wanted:
        return str(value).startswith(str(wanted["prefix"]))
    if "suffix" in wanted:
        return str(value).endswith(str(wanted["suffix"]))
    return True  # numeric, wildcard and the like: taken to match


EVERY: Final = ""
"""Key of the rules that name no resource."""


@dataclass
class Alike:
    """The rules that are on with one pattern."""

    pattern: Mapping[str, Any]
    rules: list[Resource] = field(default_factory=list)
    targets: tuple[Resource, ...] | None = None
    """Of all of them, once an event has matched."""


def _rules(context: Context) -> dict[str, list[Alike]]:
    """Alarm, group or machine that a pattern names -> the rules that are on, by their patterns."""
    found: dict[str, list[Alike]] = {}
    known: dict[str, Alike] = {}
    for rule in context.graph.of_type(*EVENT_RULE):
        pattern = pattern_of(rule)
        on = rule.get("state") in (None, "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
        if pattern is not None and on and rule.get("isEnabled") is not False:
            text = rule.get("eventPattern")
            alike = known.setdefault(text if isinstance(text, str) else rule.urn, Alike(pattern))
            alike.rules.append(rule)
            for key in (_named(pattern) or {EVERY}) if len(alike.rules) == 1 else ():
                found.setdefault(key, []).append(alike)
    return found


def _named(event: Mapping[str, Any]) -> set[str]:
    """What an event, or a pattern, is about: ARNs of its resources, its group or its machine."""
    detail = event.get("detail")
    own = detail if isinstance(detail, Mapping) else {}
    places = (event.get("resources"), own.get("AutoScalingGroupName"), own.get("stateMachineArn"))
    return {one for place in places for one in strings(place)}


def targets_for(event: Mapping[str, Any], context: Context) -> Iterator[tuple[Resource, ...]]:
    """Targets of the rules that match `event` and are on: together those of rules with one pattern, each time the
    same object, so that who asks for many events looks at each once."""
    known = context.once(_rules)
    for key in (*_named(event), EVERY):
        for alike in known.get(key, ()):
            if matches(alike.pattern, event):
                found = [context.pointing_at(rule, "rule", *EVENT_TARGET) for rule in alike.rules[: _asked(alike)]]
                if alike.targets is None:
                    alike.targets = tuple(target for targets in found for target in targets)
                if alike.targets:
                    yield alike.targets


def _asked(alike: Alike) -> int | None:
    """How many rules to ask for their targets: all at first, and then one, for what can't be read is told again."""
    return None if alike.targets is None else 1


def alarm_event(arn: str, name: str) -> dict[str, Any]:
    """What CloudWatch sends when an alarm goes off."""
    return {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "resources": [arn],
        "detail": {"alarmName": name, "state": {"value": "ALARM"}},
    }


def launch_event(group: str, outcome: str) -> dict[str, Any]:
    """What Auto Scaling sends of a launch that ended as `outcome`."""
    detail = {"AutoScalingGroupName": group}
    return {"source": "aws.autoscaling", "detail-type": f"EC2 Instance Launch {outcome}", "detail": detail}
