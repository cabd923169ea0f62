"""The interpreter of state machines, against the language's own rules."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployment.asl.choices import holds
from deployment.asl.machine import Execution, StateError
from deployment.asl.paths import PathError, find, store
from deployment.asl.templates import evaluate, fill
from workbench.emulator.behaviour.clock import Clock

DATA = {"a": {"b": [1, 2, 3]}, "rules": [{"kind": "x", "n": 1}, {"kind": "y", "n": 5}], "name": "plant"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param("$", DATA, id="root"),
        pytest.param("$.a.b[1]", 2, id="index"),
        pytest.param("$['name']", "plant", id="quoted"),
        pytest.param("$.rules[*].n", [1, 5], id="wildcard"),
        pytest.param("$.rules[?(@.kind=='y')].n", [5], id="equality filter"),
        pytest.param("$.rules[?(@.n > 1)].kind", ["y"], id="order filter"),
        pytest.param("$.rules[?(@.n > 9)].kind", [], id="filter without a match"),
    ],
)
def test_paths_find_what_the_language_says(path: str, value: Any) -> None:
    assert find(path, DATA) == value


def test_a_definite_path_that_finds_nothing_is_an_error() -> None:
    with pytest.raises(PathError):
        find("$.missing", DATA)


def test_a_result_path_makes_its_containers_and_keeps_the_rest() -> None:
    assert store("$.x.y", {"a": 1, "x": {"z": 2}}, 3) == {"a": 1, "x": {"z": 2, "y": 3}}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        pytest.param("States.MathAdd($.a.b[0], 1)", 2, id="MathAdd"),
        pytest.param("States.ArrayGetItem($.a.b, 2)", 3, id="ArrayGetItem"),
        pytest.param("States.ArrayContains($.a.b, 4)", False, id="ArrayContains"),
        pytest.param("States.ArrayLength($.rules)", 2, id="ArrayLength"),
        pytest.param("States.Format('{}-{}', $.name, 7)", "plant-7", id="Format"),
        pytest.param("States.StringSplit('a:b:c', ':')", ["a", "b", "c"], id="StringSplit"),
        pytest.param("States.ArrayGetItem(States.StringSplit('a/b', '/'), 1)", "b", id="nested"),
        pytest.param("States.Array($.name, 'x,y')", ["plant", "x,y"], id="comma in a string"),
    ],
)
def test_intrinsic_functions(expression: str, value: Any) -> None:
    assert evaluate(expression, DATA, {}) == value


def test_a_template_fills_marked_keys_only() -> None:
    assert fill(
        {"n.$": "$.name", "plain": "$.name", "in": [{"t.$": "$$.State.Name"}]}, DATA, {"State": {"Name": "S"}}
    ) == {
        "n": "plant",
        "plain": "$.name",
        "in": [{"t": "S"}],
    }


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        pytest.param({"Variable": "$.a.b[0]", "NumericLessThan": 2}, True, id="numeric"),
        pytest.param({"Variable": "$.a.b[0]", "NumericEqualsPath": "$.a.b[1]"}, False, id="path"),
        pytest.param({"Variable": "$.name", "NumericEquals": 1}, False, id="another type is false, not an error"),
        pytest.param({"Variable": "$.nope", "IsPresent": False}, True, id="absent"),
        pytest.param({"Variable": "$.name", "StringMatches": "pl*"}, True, id="wildcard"),
        pytest.param(
            {"Not": {"And": [{"Variable": "$.name", "IsString": True}, {"Variable": "$.name", "StringEquals": "x"}]}},
            True,
            id="combination",
        ),
    ],
)
def test_choice_rules(rule: dict[str, Any], value: bool) -> None:
    assert holds(rule, DATA, {}) is value


class Run:
    """Drives an execution on a virtual clock."""

    def __init__(self, states: dict[str, Any], start: str, task: Any = None, data: Any = None) -> None:
        self.clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
        self.execution = Execution(
            {"StartAt": start, "States": states},
            data if data is not None else {},
            task or (lambda resource, parameters: parameters),
            lambda: self.clock.now,
        )
        steps = self.execution.run()

        def resume() -> None:
            with contextlib.suppress(StopIteration):
                self.clock.at(next(steps), resume)

        resume()
        self.clock.advance(timedelta(days=400), until=lambda: self.execution.status != "RUNNING")


def test_waits_pass_in_virtual_time() -> None:
    run = Run({"W": {"Type": "Wait", "Seconds": 6 * 3600, "Next": "D"}, "D": {"Type": "Succeed"}}, "W")
    assert run.execution.status == "SUCCEEDED"
    assert run.clock.now == datetime(2026, 1, 1, 6, tzinfo=UTC)


def test_a_task_is_retried_with_backoff_and_then_caught() -> None:
    calls: list[str] = []

    def task(resource: str, parameters: Any) -> Any:
        calls.append(resource)
        raise StateError("Ec2.Throttled", "slow down")

    states = {
        "T": {
            "Type": "Task",
            "Resource": "r",
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 2, "BackoffRate": 2}],
            "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "D"}],
            "End": True,
        },
        "D": {"Type": "Succeed"},
    }
    run = Run(states, "T", task, {"kept": 1})
    assert len(calls) == 3
    assert run.clock.now == datetime(2026, 1, 1, 0, 0, 15, tzinfo=UTC)  # 5 s, then 10 s
    assert run.execution.output == {"kept": 1, "error": {"Error": "Ec2.Throttled", "Cause": "slow down"}}


def test_a_map_runs_each_item_and_parallel_branches_overlap() -> None:
    inner = {"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": True}}}
    state = {"Type": "Map", "ItemsPath": "$.n", "ItemProcessor": inner, "End": True}
    serial = Run({"M": {**state, "MaxConcurrency": 1}}, "M", data={"n": [60, 30]})
    together = Run({"M": {**state, "MaxConcurrency": 0}}, "M", data={"n": [60, 30]})
    assert serial.execution.output == together.execution.output == [60, 30]
    assert (serial.clock.now - together.clock.now) == timedelta(seconds=30)


def test_an_execution_that_outlives_its_timeout_ends_as_timed_out() -> None:
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    forever = {"W": {"Type": "Wait", "Seconds": 100, "Next": "W"}}
    again = Execution({"StartAt": "W", "TimeoutSeconds": 50, "States": forever}, {}, lambda *_: None, lambda: clock.now)
    steps = again.run()
    clock.advance(next(steps))
    with pytest.raises(StopIteration):
        next(steps)
    assert again.status == "TIMED_OUT"


TASK = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": True}
PASS = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize(
    ("state", "events"),
    [
        # As Step Functions writes them: one for the start of the execution, and of each state those that follow.
        pytest.param(PASS["States"]["B"], 1 + 2, id="entered, left"),
        pytest.param(TASK, 1 + 2 + 3, id="scheduled, started, succeeded"),
        pytest.param(
            {**TASK, "Retry": [{"ErrorEquals": ["Once"]}]}, 1 + 2 + 2 * 3, id="scheduled, started, failed as well"
        ),
        pytest.param(
            {"Type": "Parallel", "Branches": [PASS, PASS], "End": True}, 1 + 2 + 2 + 2 * 2, id="started, succeeded"
        ),
        pytest.param(
            {"Type": "Map", "ItemsPath": "$.three", "ItemProcessor": PASS, "End": True},
            1 + 2 + 2 + 3 * (2 + 2),
            id="started, succeeded, and so each iteration",
        ),
    ],
)
def test_the_history_has_the_events_that_step_functions_writes(state: dict[str, Any], events: int) -> None:
    failures = ["Once"] if "Retry" in state else []

    def task(resource: str, parameters: Any) -> None:
        if failures:
            raise StateError(failures.pop(), "it fails once")

    moment = datetime(2026, 11, 23, tzinfo=UTC)
    execution = Execution({"StartAt": "A", "States": {"A": state}}, {"three": [1, 2, 3]}, task, lambda: moment)
    for _ in execution.run():
        pass
    assert (execution.status, execution.events) == ("SUCCEEDED", events)


def test_an_execution_whose_history_is_full_fails() -> None:
    loop = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    execution = Execution(loop, {}, lambda *_: None, lambda: moment)
    assert list(execution.run()) == []
    assert execution.status == "FAILED" and "25,000 events" in str(execution.error)
    assert execution.events == 25_001
