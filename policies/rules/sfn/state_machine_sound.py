"""State machines can run to an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployment.graph import Resource
from deployment.tokens import STATE_MACHINE
from deployment.unknown import UNKNOWN
from policies.checks import mappings, number
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._documents import parse_json
from policies.table import must_have


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A state machine's definition starts somewhere, ends somewhere, and misses no state."""
    definition = resource.get("definition")
    if definition is UNKNOWN:
        yield undecided("definition")
        return
    parsed = parse_json(definition) if isinstance(definition, str) else None
    states = parsed.get("States") if isinstance(parsed, Mapping) else None
    if not isinstance(parsed, Mapping) or not isinstance(states, Mapping):
        yield Problem("definition is not a state machine in JSON", "definition")
        return
    named = set(next_states(parsed))
    missing = sorted(name for name in named if name not in states)
    if missing:
        yield Problem(f"definition goes on to {missing[0]}, which is no state of it", "definition")
    if not any(is_end(state) for state in states.values()):
        yield Problem("no state of the definition ends it; give one of type Succeed or Fail, or End true", "definition")
    yield from must_have("roleArn", "the role under which it runs").check(resource, context)
    lasts = number(parsed.get("TimeoutSeconds"))
    waits = [number(state.get("Seconds")) or 0 for state in mappings(list(states.values()))]
    if resource.get("type") == "EXPRESS" and ((lasts or 0) > EXPRESS_SECONDS or sum(waits) > EXPRESS_SECONDS):
        yield Problem(
            f"type is EXPRESS, which AWS ends after {EXPRESS_SECONDS} s, and the definition takes longer; set STANDARD",
            "type",
        )


EXPRESS_SECONDS = 300


def next_states(machine: Mapping[str, Any]) -> Iterator[str]:
    """Names of the states that the top level of `machine` goes on to."""
    start = machine.get("StartAt")
    yield start if isinstance(start, str) else "StartAt"
    for state in mappings(list(machine["States"].values())):
        for holder in (state, *mappings(state.get("Choices")), *mappings(state.get("Catch"))):
            for key in ("Next", "Default"):
                target = holder.get(key)
                if isinstance(target, str):
                    yield target


def is_end(state: Any) -> bool:
    """True when `state` ends its machine."""
    return isinstance(state, Mapping) and (state.get("End") is True or state.get("Type") in ("Succeed", "Fail"))


RULE = Rule(
    id="rollout-state-machine-sound",
    title="State machines can run to an end",
    severity=Severity.MEDIUM,
    why="A rollout that stops in a state nobody wrote keeps its weights for ever.",
    fix="Correct definition: StartAt, every Next, Default and Catch name states of it, and one of them ends.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html",
    types=STATE_MACHINE,
    check=check,
    passing={
        "rollout": (
            STATE_MACHINE[0],
            {"roleArn": "arn:role", "definition": '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'},
        )
    },
    failing={
        "rollout": (
            STATE_MACHINE[0],
            {"roleArn": "arn:role", "definition": '{"StartAt": "Gone", "States": {"Done": {"Type": "Succeed"}}}'},
        )
    },
)
