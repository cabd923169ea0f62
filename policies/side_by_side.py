"""Runs the rules over a large stack in two processes, each of which takes more of them when it is done with some.

The first begins with those that follow references, for which it makes the look-ups, and the second with the others.
Rules only read, and depend on nothing but the stack, so it makes no difference who runs which: findings are those of
one process, in the same order.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, starmap
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from deployment.second_process import has_a_second_core, in_second_process
from policies.finding import Finding

if TYPE_CHECKING:
    from deployment.graph import ResourceGraph
    from policies.context import Context
    from policies.rule import Rule

FEWEST_RESOURCES: Final = 4_000
"""Below, a second process takes longer to start, and to tell what it found, than it saves."""
PRICING: Final = "cost"
"""Topic of the rules that ask for the estimate: those of the first process, whose caller may want it, too."""
_NUMBER_BYTES: Final = 2

Run: TypeAlias = "Callable[[Rule, Context], list[Finding]]"


def findings_of(rules: Sequence[Rule], context: Context, run: Run) -> Iterable[list[Finding]]:
    """`run(rule, context)` for each of `rules`, in their order."""
    graph = context.graph
    if len(graph) < FEWEST_RESOURCES or not has_a_second_core():
        return (run(rule, context) for rule in rules)
    graph.sorted_out()
    own = [number for number, rule in enumerate(rules) if rule.topic == PRICING]
    linked, plain = (_units(rules, graph, stack_wide) for stack_wide in (True, False))

    def run_each(units: Iterable[Iterable[int]]) -> dict[int, list[Finding]]:
        return {number: run(rules[number], context) for numbers in units for number in numbers}

    with _Queue(linked) as linked_left, _Queue(plain) as plain_left:

        def to_tell() -> dict[int, list[tuple[Any, ...]]]:
            # Plain tuples are told twice as fast.
            found = run_each(chain(plain_left, linked_left))
            return {number: list(map(tuple, findings)) for number, findings in found.items()}

        with in_second_process(to_tell) as told:
            found = run_each(chain([own], linked_left, plain_left))
            for number, findings in (told() or {}).items():  # where it tells nothing, what it had taken is run here
                found[number] = list(starmap(Finding, findings))
    return (found[number] if number in found else run(rule, context) for number, rule in enumerate(rules))


def _units(rules: Sequence[Rule], graph: ResourceGraph, stack_wide: bool) -> list[list[int]]:
    """Numbers of the rules that look at the stack as a whole, or don't, as one process runs them: those of a topic, for
    they share what they read, such as definitions of workflows; no more of them than look at half of the stack."""
    units: dict[tuple[str, int], list[int]] = {}
    work: dict[str, int] = defaultdict(int)
    for number, rule in enumerate(rules):
        if rule.stack_wide is stack_wide and rule.topic != PRICING:
            units.setdefault((rule.topic, work[rule.topic] * 2 // len(graph)), []).append(number)
            work[rule.topic] += sum(1 for _ in rule.resources(graph))
    return list(units.values())


class _Queue:
    """Units, each of which one of the processes takes."""

    def __init__(self, units: Sequence[Sequence[int]]) -> None:
        self._units = units

    def __enter__(self) -> Iterator[Sequence[int]]:
        self._pipe, end = os.pipe()
        os.write(end, b"".join(number.to_bytes(_NUMBER_BYTES) for number in range(len(self._units))))
        os.close(end)
        return self._taken()

    def _taken(self) -> Iterator[Sequence[int]]:
        while number := os.read(self._pipe, _NUMBER_BYTES):
            yield self._units[int.from_bytes(number)]

    def __exit__(self, *error: object) -> None:
        os.close(self._pipe)
