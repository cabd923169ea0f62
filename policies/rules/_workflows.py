"""Reads state machines: their states at every level, and the AWS calls that they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from deployment.graph import Resource
from deployment.per_text import per_text
from policies.checks import mappings
from policies.rules._documents import parse_json

CALL: Final = re.compile(r"arn:[^:]*:states:::(aws-sdk:)?([\w-]+):(\w+)")
PREFIXES: Final = {
    "elasticloadbalancingv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "sfn": "states",
    "eventbridge": "events",
    "cloudwatchlogs": "logs",
}
"""Service of the SDK -> prefix of its actions in IAM, where they differ."""
ACTIONS: Final = {"lambda:Invoke": "lambda:InvokeFunction", "http:Invoke": "states:InvokeHTTPEndpoint"}
SDK_ACTIONS: Final = {"budgets:DescribeBudget": "budgets:ViewBudget"}
"""Call of the SDK -> its action in IAM, where they differ (service authorization reference)."""
SKIPPED: Final = frozenset(
    {"eks", "apigateway", "emr-containers", "elasticmapreduce", "glue", "databrew", "batch", "ecs"}
)
"""Optimised integrations that take more than the one action in their name."""


ITERATORS: Final = ("ItemProcessor", "Iterator")
"""Where a Map has its machine: today's name, and the older one."""


class Task(NamedTuple):
    """One state that calls AWS."""

    name: str
    state: Mapping[str, Any]
    action: str
    """As IAM names it, e.g. ``ssm:PutParameter``; "" for a call whose permission can't be told from its name."""
    given: Sequence[str]
    """Plain strings in what the call is given."""

    @property
    def changes(self) -> bool:
        """True when the call is one of the SDK's that changes something."""
        verb = self.action.partition(":")[2]
        return bool(verb) and not verb.startswith(("Describe", "Get", "List"))


def definition(machine: Resource) -> Mapping[str, Any] | None:
    """The definition of `machine`; None when it is not known, or no JSON object."""
    text = machine.get("definition")
    return read(text) if isinstance(text, str) else None


class Definition(dict[str, Any]):
    """A definition that many rules read, and what they read in it, taken out once."""

    @cached_property
    def machines(self) -> tuple[Mapping[str, Any], ...]:
        """As `machines` gives them."""
        return tuple(_machines(self))

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """As `tasks` gives them."""
        return tuple(_tasks(self.machines))


@per_text()
def read(text: str) -> Mapping[str, Any] | None:
    """A definition as JSON; None for what is none."""
    parsed = parse_json(text)
    return Definition(parsed) if isinstance(parsed, dict) and isinstance(parsed.get("States"), dict) else None


def machines(document: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """`document` itself, and every machine inside its Map and Parallel states."""
    return document.machines if isinstance(document, Definition) else _machines(document)


def _machines(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    states = document.get("States")
    if not isinstance(states, Mapping):
        return
    yield document
    for state in mappings(list(states.values())):
        for inner in machines_in(state):
            yield from _machines(inner)


def machines_in(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The machines that a Map or Parallel state holds itself."""
    held = [state[key] for key in ITERATORS if key in state]
    return mappings([*held, *mappings(state.get("Branches"))]) if held or "Branches" in state else []


def targets_of(state: Mapping[str, Any]) -> Iterator[str]:
    """Names of the states that `state` goes on to."""
    for holder in (state, *mappings(state.get("Choices")), *mappings(state.get("Catch"))):
        for target in (holder.get("Next"), holder.get("Default")):
            if target is not None:
                yield str(target)


def tasks(document: Mapping[str, Any]) -> Iterable[Task]:
    """Every state of type Task, at every level."""
    return document.tasks if isinstance(document, Definition) else _tasks(machines(document))


def _tasks(found: Iterable[Mapping[str, Any]]) -> Iterator[Task]:
    for machine in found:
        for name, state in machine["States"].items():
            if isinstance(state, Mapping) and state.get("Type") == "Task":
                given = literals(state.get("Parameters", state.get("Arguments")))
                yield Task(str(name), state, action_of(str(state.get("Resource"))), given)


@lru_cache(maxsize=4096)
def action_of(text: str) -> str:
    """IAM action of the call that a Task's Resource names; "" when it can't be told."""
    if ":lambda:" in text and ":function:" in text:
        return "lambda:InvokeFunction"
    found = CALL.match(text)
    if found is None or (not found[1] and found[2] in SKIPPED):
        return ""
    call = f"{PREFIXES.get(found[2], found[2])}:{found[3][:1].upper()}{found[3][1:]}"
    return (SDK_ACTIONS if found[1] else ACTIONS).get(call, call)


def literals(value: Any) -> list[str]:
    """Every plain string inside the parameters of a call, in order; paths and functions are left out."""
    found: list[str] = []
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            todo.extend(reversed([inner for key, inner in item.items() if not str(key).endswith(".$")]))
        elif isinstance(item, list):
            todo.extend(reversed(item))
    return found
