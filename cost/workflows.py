"""What the definition of a state machine says about its cost: how many transitions, how long, which AWS calls."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import msgspec

from deployment.graph import Resource
from deployment.per_text import per_text

LOOP_PASSES: Final = Decimal(20)
"""Assumed passes through a loop whose number of passes the definition doesn't hold."""

MOST_TRANSITIONS: Final = Decimal(12_500)
"""Transitions that one execution can have: Step Functions ends it at 25,000 history entries, and a state writes two at
least, one when it is entered and one when it is left (AWS Step Functions developer guide, service quotas)."""

DEFAULT_ATTEMPTS: Final = 3
"""Attempts of a retrier that doesn't say how many."""

MOST_PATHS: Final = 5_000
"""Steps of the search for the longest pass through a loop; a definition from outside can't keep it busy for ever."""

SHIFTS_TRAFFIC: Final = "elasticloadbalancingv2:modifyrule"
"""Call by which a rollout moves the weights of a listener rule."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A definition, summed up."""

    straight: int
    """Transitions of an execution that takes the shortest way to an end, nested states counted once."""
    states: int
    """All states, nested ones included: transitions of an execution that visits each once."""
    pass_states: int
    """Transitions of the longest pass through a loop that waits; 0 without such a loop."""
    retries: int
    """Further attempts that its states allow, each of them a transition."""
    actions: frozenset[str]
    """AWS calls of its tasks as ``service:action``, lower case."""

    @property
    def is_rollout(self) -> bool:
        """Whether it moves traffic, and waits again and again to see what comes of it."""
        return bool(self.pass_states) and SHIFTS_TRAFFIC in self.actions

    def transitions(self, passes: Decimal = LOOP_PASSES) -> Decimal:
        """Transitions of an execution that visits each state, and passes its waiting loop `passes` times."""
        return passes * self.pass_states + self.states

    def most_transitions(self, passes: Decimal = LOOP_PASSES) -> Decimal:
        """The same with every attempt that is allowed, and no more than an execution can have."""
        return min(MOST_TRANSITIONS, self.transitions(passes) + self.retries)


class _Choice(msgspec.Struct, omit_defaults=True, gc=False):
    Next: Any = None


class _Retrier(msgspec.Struct, omit_defaults=True, gc=False):
    MaxAttempts: Any = None


class _State(msgspec.Struct, omit_defaults=True, gc=False):
    Type: Any = None
    Next: Any = None
    Default: Any = None
    Choices: list[_Choice] | None = None
    Retry: list[_Retrier] | None = None
    Branches: list[_Machine] | None = None
    ItemProcessor: _Machine | None = None
    Iterator: _Machine | None = None


class _Machine(msgspec.Struct, omit_defaults=True, gc=False):
    """What counts of a definition, or of one inside it: the rest, most of the text, is passed over."""

    StartAt: Any = None
    States: dict[str, _State] | None = None


_decoded: Final = msgspec.json.Decoder(_Machine).decode
_encoded: Final = msgspec.json.Encoder().encode


def _counting(definition: str) -> bytes | str:
    """The definition as far as it counts; raises ValueError or RecursionError when it is no JSON."""
    try:
        return _encoded(_decoded(definition))
    except (ValueError, RecursionError, OverflowError):
        return json.dumps(json.loads(definition))  # parts of other shapes have no meaning, and do no harm to the others


@per_text()
def read_workflow(definition: str) -> Workflow | None:
    """The workflow in the Amazon States Language text `definition`; None when it can't be read."""
    try:
        counting = _counting(definition)
    except (ValueError, RecursionError):
        return None
    return _summed_up(counting, frozenset(_actions(definition)))


@lru_cache(maxsize=1024)  # of many definitions most differ in what doesn't count: names and ARNs
def _summed_up(counting: bytes | str, actions: frozenset[str]) -> Workflow | None:
    try:
        document = json.loads(counting)
        states = document["States"]
        start = document["StartAt"]
        if not isinstance(states, dict) or start not in states:
            return None
        nested = {name: _nested(state) for name, state in states.items()}
        following = {name: _next(state) for name, state in states.items()}
        return Workflow(
            straight=_straight(following, start, nested),
            states=sum(1 + count for count in nested.values()),
            pass_states=_longest_waiting_pass(states, following, nested),
            retries=sum(map(_attempts, states.values())),
            actions=actions,
        )
    except (KeyError, TypeError, AttributeError, RecursionError):
        return None


def workflow_at(machine: Resource, path: str) -> Workflow | None:
    """The workflow whose definition `machine` has at `path`; None when that is no text, or can't be read."""
    definition = machine.get(path)
    return read_workflow(definition) if isinstance(definition, str) else None


def _attempts(state: Any) -> int:
    """Further attempts that a state, and each inside it, allows."""
    found = sum([_attempts(each) for each in _inside(state)])
    for retrier in state.get("Retry") or ():
        attempts = retrier.get("MaxAttempts", DEFAULT_ATTEMPTS) if isinstance(retrier, dict) else 0
        found += attempts if isinstance(attempts, int) and 0 <= attempts < 10**8 else DEFAULT_ATTEMPTS
    return found


def _actions(definition: str) -> Iterator[str]:
    """Calls of the AWS SDK integrations, e.g. ``elasticache:deleteserverlesscache``, of clusters and of functions."""
    for call, other in CALL.findall(definition):
        yield other or call.lower()


CALL: Final = re.compile(r"states:::(?:aws-sdk:(\w{1,64}:\w{1,128})|(eks:call|lambda:invoke))")


def _next(state: Any) -> list[str]:
    if not isinstance(state, dict):
        return []
    found = [state.get("Next")]
    if choices := state.get("Choices"):
        found += [choice.get("Next") for choice in choices if isinstance(choice, dict)]
    found.append(state.get("Default"))
    return [name for name in found if isinstance(name, str)]


def _nested(state: Any) -> int:
    """States inside a Parallel or Map state, one iteration counted."""
    return sum([1 + _nested(each) for each in _inside(state)])


def _inside(state: Any) -> Collection[Any]:
    """States of the branches of a Parallel state, or of what a Map state does with an item."""
    branches, item = state.get("Branches"), state.get("ItemProcessor") or state.get("Iterator")
    if not branches and not item:  # as nearly always
        return ()
    return [each for part in (*(branches or ()), item or {}) for each in (part.get("States") or {}).values()]


def _straight(following: Mapping[str, list[str]], start: str, nested: Mapping[str, int]) -> int:
    """Transitions on the way with the fewest states to one that ends."""
    level: dict[str, int] = {start: 1 + nested[start]}
    reached = {start}
    while level:
        ends = [cost for name, cost in level.items() if not following[name]]
        if ends:
            return min(ends)
        further: dict[str, int] = {}
        for name, cost in level.items():
            for each in following[name]:
                if each in following and each not in reached:
                    total = cost + 1 + nested[each]
                    further[each] = min(total, further.get(each, total))
        reached.update(further)
        level = further
    return sum(1 + count for count in nested.values())


def _longest_waiting_pass(
    states: Mapping[str, Any], following: Mapping[str, list[str]], nested: Mapping[str, int]
) -> int:
    """States of the longest loop that passes exactly one Wait state; 0 without one."""
    best = 0
    waits = {name for name, state in states.items() if state.get("Type") == "Wait"}
    before = _before(following)
    for wait in waits:
        budget = MOST_PATHS
        returning = _leading_to(before, wait, avoid=waits)
        stack: list[tuple[str, frozenset[str], int]] = [(wait, frozenset((wait,)), 1)]
        while stack and budget:
            budget -= 1
            name, path, cost = stack.pop()
            for each in following[name]:
                if each == wait:
                    best = max(best, cost)
                elif each in returning and each not in path:
                    stack.append((each, path | {each}, cost + 1 + nested[each]))
    return best


def _before(following: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, targets in following.items():
        for each in targets:
            found.setdefault(each, []).append(name)
    return found


def _leading_to(before: Mapping[str, list[str]], target: str, avoid: set[str]) -> set[str]:
    """States from which `target` can be reached without passing any of `avoid`."""
    found: set[str] = set()
    level = [target]
    while level:
        level = [name for each in level for name in before.get(each, ()) if name not in found and name not in avoid]
        found.update(level)
    return found
