"""Each state of a state machine has the fields that its type requires."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from deployment.graph import Resource
from deployment.per_text import per_text
from deployment.tokens import STATE_MACHINE
from policies.checks import is_absent, mappings, number, shown
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._shapes import shape
from policies.rules._workflows import ITERATORS, machines, read, targets_of

TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "Task": ("Resource",),
    "Pass": (),
    "Choice": ("Choices",),
    "Wait": (),
    "Succeed": (),
    "Fail": (),
    "Parallel": ("Branches",),
    "Map": (),
}
"""Type -> what it can't be without."""
ENDING: Final = ("Succeed", "Fail")
TRYING: Final = ("Task", "Parallel", "Map")
"""Types that may have Retry and Catch."""
MOMENTS: Final = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
RETRIES: Final = {
    "IntervalSeconds": (1, 99_999_999),
    "MaxAttempts": (0, 99_999_999),
    "MaxDelaySeconds": (1, 31_622_400),
    "BackoffRate": (1, 99_999_999),
}
"""Field of a retrier -> least and most."""
JITTER: Final = ("FULL", "NONE")
MOST_TOLD: Final = 5


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Every state of the definition, at every level, is complete, and the machine comes to it."""
    text = resource.get("definition")
    form = shape(str(text))
    if isinstance(text, str) and read(form) is None:
        yield Problem("definition is no state machine in JSON", "definition")
    if faults_of(form):  # where copies of a machine have none, it has none
        for fault in faults_of(str(text))[:MOST_TOLD]:
            yield Problem(fault, "definition")


@per_text()
def faults_of(text: str) -> tuple[str, ...]:
    """What is wrong with the states of a definition; nothing where it is none, or not known yet."""
    levels = list(machines(read(text) or {}))
    return tuple(
        fault
        for machine in levels
        for fault in (*unreached(machine), *(f"state {name}: {one}" for name, one in _faults(machine)))
    ) + tuple(repeated(levels))


def repeated(levels: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Names that two states have, at whatever levels: AWS wants them unique in the whole machine."""
    counts = Counter(str(name) for machine in levels for name in machine["States"])
    for name, count in counts.items():
        if count > 1:
            yield f"state {name}: {count} states have this name (DUPLICATE_STATE_NAME); give each its own"


def _faults(machine: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, state in machine["States"].items():
        if not isinstance(state, Mapping):
            yield str(name), "is no object"
            continue
        for fault in state_faults(state, machine["States"]):
            yield str(name), fault


def state_faults(state: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    """What one state lacks; `known` are the states at its level."""
    kind = str(state.get("Type"))
    if kind not in TYPES:
        yield f"Type is {shown(state.get('Type'))}; give one of {', '.join(TYPES)}"
        return
    for key in TYPES[kind]:
        if is_absent(state.get(key)):
            yield f"a {kind} has no {key}; give it"
    if kind == "Task" and not str(state.get("Resource")).startswith("arn:"):
        yield f"Resource is {shown(state.get('Resource'))}; give an ARN (arn:aws:states:::…)"
    if kind == "Wait" and sum(key in state for key in MOMENTS) != 1:
        yield f"a Wait takes one of {', '.join(MOMENTS)}"
    if kind == "Map" and not any(mappings(state.get(key)) for key in ITERATORS):
        yield "a Map has no ItemProcessor; give it"
    follows = [state.get("Next") is not None, state.get("End") is True]
    if kind in (*ENDING, "Choice"):
        if any(follows):
            yield f"a {kind} has neither Next nor End; take it out"
    elif sum(follows) != 1:
        yield "give either Next or End true"
    yield from targets_missing(state, known)
    if "Retry" in state or "Catch" in state:
        yield from handlers_wrong(state, kind)


def targets_missing(state: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    """States that it goes on to and that are not there, and branches that go nowhere."""
    for branch in (*mappings(state.get("Choices")), *mappings(state.get("Catch"))):
        if branch.get("Next") is None:
            yield "a branch of Choices or Catch has no Next; give it"
    for target in targets_of(state):
        if target not in known:
            yield f"goes on to {shown(target)}, which is no state beside it"


def handlers_wrong(state: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Faults of Retry and Catch."""
    for key in ("Retry", "Catch"):
        if key not in state:
            continue
        if kind not in TRYING:
            yield f"a {kind} has no {key}; take it out"
        if not isinstance(state[key], list) or not mappings(state[key]):
            yield f"{key} is empty; give it an ErrorEquals, or take it out"
        for handler in mappings(state[key]):
            errors = handler.get("ErrorEquals")
            if not isinstance(errors, list) or not errors or not all(isinstance(one, str) and one for one in errors):
                yield f"{key} has no ErrorEquals; name errors, or States.ALL"
    for retrier in mappings(state.get("Retry")):
        for key, (least, most) in RETRIES.items():
            if key not in retrier:
                continue
            value = number(retrier[key])
            if value is None or not least <= value <= most:
                yield f"Retry.{key} is {shown(retrier[key])}; allowed is {least} to {most:,}"
        if "JitterStrategy" in retrier and retrier["JitterStrategy"] not in JITTER:
            yield f"Retry.JitterStrategy is {shown(retrier['JitterStrategy'])}; allowed: {', '.join(JITTER)}"


def unreached(machine: Mapping[str, Any]) -> Iterator[str]:
    """States that nothing leads to; AWS refuses a definition that has one."""
    found = reached(machine)
    for name in machine["States"]:
        if name not in found:
            yield f"state {name}: nothing leads to it; go on to it somewhere, or take it out"


def reached(machine: Mapping[str, Any]) -> set[str]:
    """Names of the states of one level that its start leads to."""
    states = machine["States"]
    found: set[str] = set()
    todo = [str(machine.get("StartAt"))]
    while todo:
        name = todo.pop()
        if name not in found and isinstance(states.get(name), Mapping):
            found.add(name)
            todo += targets_of(states[name])
    return found


def _machine(state: Any, **others: Any) -> Example:
    definition = {"StartAt": "Set", "States": {"Set": state, **others}}
    return {"machine": (STATE_MACHINE[0], {"definition": json.dumps(definition)})}


_TASK: Final = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter", "End": True}
_FAIL: Final = {"Type": "Fail"}
_CHOICE: Final = {"Type": "Choice", "Choices": [{"Variable": "$.x", "Next": "Set"}]}
_INSIDE: Final = {"Type": "Map", "ItemProcessor": {"StartAt": "Set", "States": {"Set": _TASK}}, "End": True}
_ANY: Final = {"ErrorEquals": ["States.ALL"]}

RULE = Rule(
    id="rollout-states-complete",
    title="Each state of a state machine has the fields that its type requires",
    severity=Severity.MEDIUM,
    risk=Risk.REFUSAL,
    why="AWS refuses such a definition, or the execution fails in the state, which may be the one that rolls back.",
    fix="Complete the state that the message names.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html",
    refused_by="states CreateStateMachine: InvalidDefinition",
    types=STATE_MACHINE,
    check=check,
    passing=_machine(_TASK),
    failing=_machine({**_TASK, "End": False}),
    also_failing=(
        {"machine": (STATE_MACHINE[0], {"definition": "modifyRule"})},
        _machine(3),
        _machine({"End": True}),
        _machine({"Type": "Task", "End": True}),
        _machine({"Type": "Wait", "End": True}),
        _machine({"Type": "Map", "End": True}),
        _machine({"Type": "Succeed", "End": True}),
        _machine({"Type": "Choice", "Choices": [{"Variable": "$.x"}]}),
        _machine({**_TASK, "End": False, "Next": "Gone"}),
        _machine({**_CHOICE, "Retry": [_ANY]}),
        _machine({**_TASK, "Catch": []}),
        _machine({**_TASK, "Retry": [{"MaxAttempts": 2}]}),
        _machine({**_TASK, "Retry": [{**_ANY, "IntervalSeconds": 0}]}),
        _machine({**_TASK, "Retry": [{**_ANY, "JitterStrategy": "SOME"}]}),
        _machine(_TASK, Unreached=_FAIL),
        _machine(_INSIDE),
    ),
)
