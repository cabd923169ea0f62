"""Building blocks of Amazon States Language (JSONPath), the same for every workflow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

State = dict[str, Any]
"""One state, as the language writes it. Values may be Pulumi outputs."""

PATIENTLY = [
    {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 5,
        "MaxAttempts": 4,
        "BackoffRate": 2.0,
        "JitterStrategy": "FULL",
    }
]
"""Throttled or briefly unavailable: 5, 10, 20 and 40 s, spread."""


def call(
    service: str,
    action: str,
    parameters: Mapping[str, Any],
    *,
    then: str,
    keep: Mapping[str, str] | None = None,
    at: str | None = None,
    on_error: str | None = None,
) -> State:
    """Call an AWS API by the names of the AWS SDK.

    `keep` selects from the answer, `at` is where that is kept (the answer is dropped without it). After the
    retries a failure goes to `on_error`, or fails the workflow.
    """
    state: State = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::aws-sdk:{service}:{action}",
        "Parameters": dict(parameters),
        "ResultPath": at,
        "Retry": PATIENTLY,
        "Next": then,
    }
    if keep:
        state["ResultSelector"] = dict(keep)
    if on_error is not None:
        state["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": on_error}]
    return state


def set_parameter(name: Any, value: str, *, then: str) -> State:
    """Write `value` into a parameter that is there."""
    return call("ssm", "putParameter", {"Name": name, "Value": value, "Overwrite": True}, then=then)


def publish(topic_arn: Any, subject: str, message: Mapping[str, Any], *, then: str) -> State:
    """Publish `message` as JSON. A `subject` that begins with ``$.`` is a path.

    A notice that can't be sent never stops a workflow.
    """
    titled = "Subject.$" if subject.startswith("$.") else "Subject"
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {"TopicArn": topic_arn, titled: subject, "Message": dict(message)},
        "ResultPath": None,
        "Retry": PATIENTLY,
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": then}],
        "Next": then,
    }


def choose(*rules: Mapping[str, Any], otherwise: str) -> State:
    """Go where the first true rule says, or `otherwise`."""
    return {"Type": "Choice", "Choices": [dict(rule) for rule in rules], "Default": otherwise}


def when(variable: str, comparison: str, value: Any, then: str) -> dict[str, Any]:
    """One rule of a choice, e.g. ``when("$.x", "StringEquals", "on", "Next state")``."""
    return {"Variable": variable, comparison: value, "Next": then}


def put(value: Mapping[str, Any], at: str, *, then: str) -> State:
    """Keep constants and selections (keys that end in ``.$``) at `at`."""
    return {"Type": "Pass", "Parameters": dict(value), "ResultPath": at, "Next": then}


def wait(seconds: int, *, then: str) -> State:
    """Wait."""
    return {"Type": "Wait", "Seconds": seconds, "Next": then}


def each(
    items_path: str,
    states: Mapping[str, State],
    start: str,
    *,
    then: str,
    item: str | None = None,
    on_error: str | None = None,
) -> State:
    """Run `states` from `start` once an item, one after the other; what they return is dropped.

    An item that is no object is handed over under the key `item`.
    """
    state: State = {
        "Type": "Map",
        "ItemsPath": items_path,
        "MaxConcurrency": 1,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": start, "States": dict(states)},
        "ResultPath": None,
        "Retry": PATIENTLY,
        "Next": then,
    }
    if item is not None:
        state["ItemSelector"] = {f"{item}.$": "$$.Map.Item.Value"}
    if on_error is not None:
        state["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": on_error}]
    return state


def fail(error: str, cause: str) -> State:
    """End as failed."""
    return {"Type": "Fail", "Error": error, "Cause": cause}


def succeed() -> State:
    """End well."""
    return {"Type": "Succeed"}


def parameter_value(name: Any, *, at: str, then: str, on_error: str) -> State:
    """Read an SSM parameter; its text is then at ``<at>.value``."""
    return call(
        "ssm",
        "getParameter",
        {"Name": name},
        keep={"value.$": "$.Parameter.Value"},
        at=at,
        then=then,
        on_error=on_error,
    )


def machine(comment: str, start: str, states: Mapping[str, State], *, timeout_seconds: int) -> dict[str, Any]:
    """Definition of a state machine.

    Raises ValueError when a state leads nowhere, nothing leads to it, or two states have one name: names are unique
    in the whole machine, Maps included (Amazon States Language, "States").
    """
    reached = {start} | {target for state in states.values() for target in _targets(state)}
    if missing := sorted(reached - states.keys()):
        raise ValueError(f"no such state: {', '.join(missing)}")
    if unused := sorted(states.keys() - reached):
        raise ValueError(f"nothing leads to: {', '.join(unused)}")
    if repeated := sorted(name for name, count in Counter(_names(states)).items() if count > 1):
        raise ValueError(f"states have one name: {', '.join(repeated)}")
    return {"Comment": comment, "StartAt": start, "TimeoutSeconds": timeout_seconds, "States": dict(states)}


def _names(states: Mapping[str, State]) -> Iterator[str]:
    for name, state in states.items():
        yield name
        yield from _names(state.get("ItemProcessor", {}).get("States", {}))


def _targets(state: Mapping[str, Any]) -> Sequence[str]:
    found = [state.get("Next"), state.get("Default")]
    for rules in (state.get("Choices", ()), state.get("Catch", ())):
        found.extend(rule.get("Next") for rule in rules)
    return [target for target in found if target is not None]
