"""The interpreter: states, transitions, retries, catches, virtual waiting."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deployment.asl.choices import holds
from deployment.asl.paths import PathError, find, store
from deployment.asl.templates import Filler, filler

Waiting = Generator[datetime, None, Any]
"""Yields the moment it wants to be resumed at, and returns its output."""

HISTORY_EVENTS_MAX = 25_000
"""Step Functions ends a standard execution after so many events of history (service quotas, 2026-11)."""


class StateError(Exception):
    """An error in the sense of the language: a name that Retry and Catch look at, and a cause."""

    def __init__(self, name: str, cause: str) -> None:
        self.name, self.cause = name, cause
        super().__init__(f"{name}: {cause}")


@dataclass
class Execution:
    """One run of a state machine: drive it with :meth:`run`, and look at it at any time."""

    definition: dict[str, Any]
    input: Any
    task: Callable[[str, Any], Any]
    """Carries out a task: resource and parameters in, result out; raises StateError."""
    now: Callable[[], datetime]
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    arn: str = ""
    machine_arn: str = ""
    status: str = "RUNNING"
    output: Any = None
    error: StateError | None = None
    history: list[tuple[datetime, str]] = field(default_factory=list)
    """(moment, state) of every state entered."""
    events: int = 1
    """Entries of the history as Step Functions writes them (API reference, HistoryEvent): a state is entered and left,
    each attempt of a task is scheduled, started and ended, and so on."""
    _fillers: dict[int, Filler] = field(default_factory=dict, repr=False)
    """Identity of a template of the definition -> what fills it."""
    _told: tuple[datetime | None, str] = (None, "")
    """The last moment that was told, and its text: states follow each other at one moment."""

    def run(self) -> Waiting:
        """Run to the end; yields whenever time has to pass."""
        started = self.now()
        deadline = started + timedelta(seconds=self.definition.get("TimeoutSeconds", 365 * 86400))
        try:
            self.output = yield from self._states(self.definition, copy.deepcopy(self.input), started, deadline)
            self.status = "SUCCEEDED"
        except StateError as error:
            self.error = error
            self.status = "TIMED_OUT" if error.name == "States.Timeout" else "FAILED"
        return self.output

    def stop(self) -> None:
        """Abort, as StopExecution does."""
        if self.status == "RUNNING":
            self.status = "ABORTED"

    def _states(
        self, machine: dict[str, Any], data: Any, started: datetime, deadline: datetime, extra: Any = None
    ) -> Waiting:
        name = machine["StartAt"]
        execution = {"Id": self.arn, "Name": self.name, "StartTime": self._text(started), "Input": self.input}
        while True:
            if (moment := self.now()) > deadline:
                raise StateError("States.Timeout", "the execution ran out of time")
            if self.events > HISTORY_EVENTS_MAX:
                raise StateError("States.Runtime", f"the history reached its {HISTORY_EVENTS_MAX:,} events")
            state = machine["States"][name]
            self.history.append((moment, name))
            self.events += 2
            context = {
                "Execution": execution,
                "State": {"Name": name, "EnteredTime": self._text(moment), "RetryCount": 0},
                "StateMachine": {"Id": self.machine_arn},
                **(extra or {}),
            }
            data, following = yield from self._state(state, data, context, started, deadline)
            if following is None:
                return data
            name = following

    def _state(
        self, state: dict[str, Any], data: Any, context: Any, started: datetime, deadline: datetime
    ) -> Generator[datetime, None, tuple[Any, str | None]]:
        kind = state["Type"]
        following = None if state.get("End") or kind in ("Succeed", "Fail") else state.get("Next")
        try:
            effective = self._input(state, data, context)
            if kind == "Choice":
                chosen = next(
                    (rule["Next"] for rule in state["Choices"] if holds(rule, effective, context)), state.get("Default")
                )
                if chosen is None:
                    raise StateError("States.NoChoiceMatched", "no rule holds and there is no default")
                return effective, chosen
            if kind == "Fail":
                raise StateError(state.get("Error", "States.TaskFailed"), state.get("Cause", ""))
            if kind == "Wait":
                yield self._until(state, effective, context)
            if kind in ("Succeed", "Wait"):
                return self._output(state, data, effective, effective, context, selects=False), following
        except PathError as error:
            raise StateError("States.Runtime", str(error)) from error
        attempts: dict[int, int] = {}
        while True:
            try:
                result = yield from self._work(state, effective, context, started, deadline)
                return self._output(state, data, effective, result, context), following
            except (StateError, PathError) as raised:
                failure = raised if isinstance(raised, StateError) else StateError("States.Runtime", str(raised))
            delay = _retry_delay(state, failure, attempts)
            if delay is not None:
                yield self.now() + timedelta(seconds=delay)
                continue
            for catcher in state.get("Catch", ()):
                if _covers(catcher["ErrorEquals"], failure):
                    content = {"Error": failure.name, "Cause": failure.cause}
                    path = catcher.get("ResultPath", "$")
                    return (data if path is None else store(path, data, content)), catcher["Next"]
            raise failure

    def _work(self, state: dict[str, Any], data: Any, context: Any, started: datetime, deadline: datetime) -> Waiting:
        kind = state["Type"]
        if kind == "Task":
            self.events += 3
            parameters = self._fill(state["Parameters"], data, context) if "Parameters" in state else data
            return self.task(state["Resource"], parameters)
        if kind == "Pass":
            if "Result" in state:
                return copy.deepcopy(state["Result"])
            return self._fill(state["Parameters"], data, context) if "Parameters" in state else data
        if kind == "Parallel":
            self.events += 2
            given = self._fill(state["Parameters"], data, context) if "Parameters" in state else data
            branches = [self._states(branch, copy.deepcopy(given), started, deadline) for branch in state["Branches"]]
            return (yield from self._together(branches))
        if kind == "Map":
            return (yield from self._map(state, data, context, started, deadline))
        raise StateError("States.Runtime", f"state type {kind} is not supported")

    def _map(self, state: dict[str, Any], data: Any, context: Any, started: datetime, deadline: datetime) -> Waiting:
        items = find(state.get("ItemsPath", "$"), data, context)
        inner = state.get("ItemProcessor") or state["Iterator"]
        selector = state.get("ItemSelector") or state.get("Parameters")
        self.events += 2 + 2 * len(items)
        runs = []
        for index, item in enumerate(items):
            own = {**context, "Map": {"Item": {"Index": index, "Value": item}}}
            given = self._fill(selector, data, own) if selector else item
            runs.append(self._states(inner, copy.deepcopy(given), started, deadline, {"Map": own["Map"]}))
        if state.get("MaxConcurrency") == 1:
            results = []
            for run in runs:
                results.append((yield from run))  # noqa: PERF401 - each run waits before the next one starts
            return results
        return (yield from self._together(runs))

    def _together(self, runs: list[Waiting]) -> Waiting:
        """Drive several runs at once: always the one that wakes first."""
        results: list[Any] = [None] * len(runs)
        wake = {index: self.now() for index in range(len(runs))}
        while wake:
            index = min(wake, key=lambda key: (wake[key], key))
            if wake[index] > self.now():
                yield wake[index]
            try:
                wake[index] = next(runs[index])
            except StopIteration as finished:
                results[index] = finished.value
                del wake[index]
        return results

    def _fill(self, template: Any, data: Any, context: Any) -> Any:
        make = self._fillers.get(id(template))
        if make is None:
            make = self._fillers[id(template)] = filler(template)
        return make(data, context)

    def _text(self, moment: datetime) -> str:
        if moment is not self._told[0]:
            self._told = moment, moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self._told[1]

    def _input(self, state: dict[str, Any], data: Any, context: Any) -> Any:
        path = state.get("InputPath", "$")
        return {} if path is None else find(path, data, context)

    def _output(
        self, state: dict[str, Any], data: Any, effective: Any, result: Any, context: Any, *, selects: bool = True
    ) -> Any:
        if selects:
            if "ResultSelector" in state:
                result = self._fill(state["ResultSelector"], result, context)
            path = state.get("ResultPath", "$")
            result = effective if path is None else store(path, data, result)
        output_path = state.get("OutputPath", "$")
        return {} if output_path is None else find(output_path, result, context)

    def _until(self, state: dict[str, Any], data: Any, context: Any) -> datetime:
        if "Timestamp" in state or "TimestampPath" in state:
            text = state.get("Timestamp") or find(state["TimestampPath"], data, context)
            return datetime.fromisoformat(text.replace("Z", "+00:00"))
        seconds = state["Seconds"] if "Seconds" in state else find(state["SecondsPath"], data, context)
        return self.now() + timedelta(seconds=float(seconds))


def _retry_delay(state: dict[str, Any], error: StateError, attempts: dict[int, int]) -> float | None:
    """Seconds until the next attempt, or None if there is none; jitter is left out, so runs repeat."""
    for index, retrier in enumerate(state.get("Retry", ())):
        if _covers(retrier["ErrorEquals"], error):
            done = attempts.get(index, 0)
            if done >= retrier.get("MaxAttempts", 3):
                return None
            attempts[index] = done + 1
            delay = float(retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** done)
            return min(delay, float(retrier.get("MaxDelaySeconds", delay)))
    return None


def _covers(names: list[str], error: StateError) -> bool:
    if error.name == "States.Runtime":
        return False  # cannot be retried or caught (developer guide, "Handling errors")
    own = {error.name, "States.ALL"}
    if not error.name.startswith("States."):
        own.add("States.TaskFailed")
    return bool(own & set(names))
