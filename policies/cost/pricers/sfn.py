"""Step Functions: state transitions of standard workflows, requests and duration of express ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from policies.cost.charges import Amount, Charge, Driver, Unpriced
from policies.cost.registry import Pricer
from policies.cost.schedules import runs_per_month
from policies.cost.scope import Scope, UsageKey
from policies.model import UNKNOWN

STATE_MACHINE: Final = "aws:sfn/stateMachine:StateMachine"
SCHEDULE: Final = "aws:scheduler/schedule:Schedule"

TRANSITIONS: Final = UsageKey("monthly_transitions", Decimal(1000), "state transitions a month")
REQUESTS: Final = UsageKey("monthly_requests", Decimal(10_000), "express executions a month")
DURATION: Final = UsageKey("workflow_duration_ms", Decimal(500), "milliseconds of one express execution")
MEMORY: Final = UsageKey("memory_mb", Decimal(64), "megabytes of one express execution")

LOOP_PASSES: Final = 20
"""Assumed passes through a loop of an execution where nothing in the definition bounds them."""


def state_machine(scope: Scope) -> Iterator[Charge]:
    """What the executions of a month cost."""
    if scope.text("type", "STANDARD").upper() == "EXPRESS":
        yield from express(scope)
        return
    yield scope.use(
        "State transitions",
        ("stepfunctions", "standard_1k_transitions"),
        scope.usage(TRANSITIONS, transitions(scope)),
        Driver.EVENTS,
    )


def express(scope: Scope) -> Iterator[Charge]:
    """Requests, and memory by time in GB-hours."""
    requests = scope.usage(REQUESTS)
    yield scope.use("Express requests", ("stepfunctions", "express_million_requests"), requests, Driver.EVENTS)
    gb_hours = scope.usage(MEMORY).amount.expected / 1024 * scope.usage(DURATION).amount.expected / 3_600_000
    duration = requests.amount * gb_hours
    yield scope.use("Express duration", ("stepfunctions", "express_gb_hour"), duration, Driver.EVENTS)


def transitions(scope: Scope) -> Amount | None:
    """Transitions a month from the definition and what starts it; None when the graph doesn't tell."""
    definition = scope.resource.get("definition")
    if definition is UNKNOWN or not isinstance(definition, str):
        return None
    per_execution = transitions_per_execution(definition)
    runs = Decimal(0)
    for schedule in scope.graph.of_type(SCHEDULE):
        if scope.resource in scope.graph.referenced(schedule, "target.arn", STATE_MACHINE):
            runs += runs_per_month(str(schedule.get("scheduleExpression")))
    if runs:
        shortest, longest = per_execution
        return Amount.of(runs * shortest, runs * shortest, runs * longest)
    if not scope.pricing.basis.declared:
        return None
    rollouts = scope.traffic.rollouts_per_month
    return Amount.of(0, rollouts * per_execution[1], rollouts * per_execution[1])


def transitions_per_execution(definition: str) -> tuple[Decimal, Decimal]:
    """Transitions of one execution: straight through to the nearest end, and through every state with loops.

    A loop that waits is passed as often as its wait fits into the definition's own time limit, at most; else
    `LOOP_PASSES` times. Raises Unpriced when the definition can't be read.
    """
    try:
        document = json.loads(definition)
        states: dict[str, Any] = document["States"]
        start = document["StartAt"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unpriced("its definition isn't a state machine in JSON") from None
    return Decimal(_shortest(states, start)), Decimal(len(states) * (LOOP_PASSES if _loops(states, start) else 1))


def _next(state: Any) -> list[str]:
    if not isinstance(state, dict):
        return []
    found = [state.get("Next"), state.get("Default")]
    found += [choice.get("Next") for choice in state.get("Choices") or [] if isinstance(choice, dict)]
    found += [catch.get("Next") for catch in state.get("Catch") or [] if isinstance(catch, dict)]
    return [name for name in found if isinstance(name, str)]


def _shortest(states: dict[str, Any], start: str) -> int:
    """States from `start` to the nearest that ends, both counted."""
    reached, level, count = {start}, [start], 1
    while level:
        if any(not _next(states.get(name)) for name in level):
            return count
        level = [
            name for name in dict.fromkeys(n for each in level for n in _next(states.get(each))) if name not in reached
        ]
        reached.update(level)
        count += 1
    return count


def _loops(states: dict[str, Any], start: str) -> bool:
    done: set[str] = set()
    path: list[tuple[str, list[str]]] = [(start, _next(states.get(start)))]
    on_path = {start}
    while path:
        name, rest = path[-1]
        if not rest:
            path.pop()
            on_path.discard(name)
            done.add(name)
            continue
        following = rest.pop()
        if following in on_path:
            return True
        if following not in done:
            path.append((following, _next(states.get(following))))
            on_path.add(following)
    return False


PRICERS: Final = {
    STATE_MACHINE: Pricer(
        state_machine, twins=("aws_sfn_state_machine",), usage=(TRANSITIONS, REQUESTS, DURATION, MEMORY)
    )
}
