"""EventBridge on the default bus: rules match events, targets get them.

Patterns are matched by moto's own implementation; delivery is here, because moto delivers to few kinds of target.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.emulator.expressions import search

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.emulator.behaviour.answers import Answers


@dataclass(frozen=True)
class Delivered:
    """What a rule sent to a target."""

    rule: str
    target_arn: str
    text: str


@dataclass
class EventRouter:
    """Sends events where the declared rules say."""

    answers: Answers
    deliver: Callable[[dict[str, Any], str, str], str]
    """Called with the target as the API reports it, the text that it gets, and the rule's ARN; gives why it did not
    get it, or an empty text."""
    delivered: list[Delivered] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """What a target did not get, and why."""
    _rules: list[tuple[dict[str, Any], Any, list[dict[str, Any]]]] | None = None

    def reload(self) -> None:
        """Read rules and targets from the API again, after a deploy."""
        from moto.events.models import EventPattern

        self._rules = []
        for rule in self.answers.call("events", "list_rules").get("Rules", []):
            if rule.get("EventPattern") and rule.get("State") == "ENABLED":
                targets = self.answers.call("events", "list_targets_by_rule", Rule=rule["Name"]).get("Targets", [])
                self._rules.append((rule, EventPattern.load(rule["EventPattern"]), targets))

    def put(self, event: dict[str, Any]) -> int:
        """Route an event; gives the number of deliveries."""
        if self._rules is None:
            self.reload()
        event = {"version": "0", "id": str(uuid.uuid4()), **event}
        count = 0
        for rule, pattern, targets in self._rules or []:
            if pattern.matches_event(event):
                for target in targets:
                    text = text_for(target, event)
                    obstacle = self.deliver(target, text, rule["Arn"])
                    if obstacle:
                        self.refused.append(obstacle)
                    else:
                        self.delivered.append(Delivered(rule["Name"], target["Arn"], text))
                        count += 1
        return count


def text_for(target: dict[str, Any], event: dict[str, Any]) -> str:
    """What a target gets of an event: all of it, a constant, a part, or a filled template."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        return json.dumps(_at(target["InputPath"], event))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event)
    values = {name: _at(path, event) for name, path in (transformer.get("InputPathsMap") or {}).items()}

    def value(match: re.Match[str]) -> str:
        found = values.get(match[2], "")
        quoted = bool(match[1])  # "<name>": the text inside the quotes; <name>: the JSON value
        text = found if isinstance(found, str) else json.dumps(found)
        return f'"{json.dumps(text)[1:-1]}"' if quoted else text

    return re.sub(r'(")?<([\w-]+)>(?(1)")', value, transformer["InputTemplate"])


def _at(path: str, event: dict[str, Any]) -> Any:
    if path == "$":
        return event
    quoted = ".".join(f'"{part}"' for part in path.removeprefix("$.").split("."))
    return search(quoted, event)
