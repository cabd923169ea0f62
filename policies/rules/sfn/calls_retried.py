"""State machines try a call again that fails for a moment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import STATE_MACHINE
from policies.checks import mappings, number, strings
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule
from policies.rules._workflows import machines_in, read

TRANSIENT: Final = ("States.ALL", "States.TaskFailed")
"""Errors that stand for whatever a service may answer."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Every Task, or the Map or Parallel around it, is tried again on errors that no one can list."""
    for name in once_only(str(resource.get("definition"))):
        yield Problem(
            f"state {name} makes its call once; give it a Retry with ErrorEquals States.ALL or States.TaskFailed",
            "definition",
        )


@lru_cache(maxsize=512)
def once_only(text: str) -> tuple[str, ...]:
    """Names of the Tasks of a definition that nothing tries again."""
    return tuple(_once_only(read(text) or {}))


def _once_only(machine: Mapping[str, Any]) -> Iterator[str]:
    states = machine.get("States")
    for name, state in states.items() if isinstance(states, Mapping) else ():
        if not isinstance(state, Mapping) or tried_again(state):
            continue
        if state.get("Type") == "Task":
            yield str(name)
        for inner in machines_in(state):
            yield from _once_only(inner)


def tried_again(state: Mapping[str, Any]) -> bool:
    """True when `state` has a retrier for any error that makes at least one more attempt (three, where not said)."""
    return any(
        set(strings(retrier.get("ErrorEquals"))) & set(TRANSIENT) and (number(retrier.get("MaxAttempts", 3)) or 0) > 0
        for retrier in mappings(state.get("Retry"))
    )


def _definition(**more: Any) -> dict[str, str]:
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter", "End": True, **more}
    return {"definition": json.dumps({"StartAt": "Set", "States": {"Set": task}})}


RULE = Rule(
    id="rollout-calls-retried",
    title="State machines try a call again that fails for a moment",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    why="AWS throttles; a rollback, a notice or a reaping that gives up at once leaves the stack half way.",
    fix="Give each Task, or the Map or Parallel around it, a Retry for States.ALL or States.TaskFailed.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    types=STATE_MACHINE,
    check=check,
    passing={"machine": (STATE_MACHINE[0], _definition(Retry=[{"ErrorEquals": ["States.ALL"]}]))},
    failing={"machine": (STATE_MACHINE[0], _definition(Retry=[{"ErrorEquals": ["States.Timeout"]}]))},
)
