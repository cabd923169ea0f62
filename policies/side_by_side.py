"""Runs the rules over a large stack in two processes, each of which takes more of them when it is done with some.

The first begins with those that follow references, for which it makes the look-ups, and the second with those that read
definitions of workflows, so that as little as can be is read twice.
Rules only read, and depend on nothing but the stack, so it makes no difference who runs which: findings are those of
one process, in the same order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, starmap
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from deployment.second_process import has_a_second_core, in_second_process
from deployment.tokens import STATE_MACHINE
from policies.finding import Finding

if TYPE_CHECKING:
    from policies.context import Context
    from policies.rule import Rule

FEWEST_RESOURCES: Final = 4_000
"""Below, a second process takes longer to start, and to tell what it found, than it saves."""
PRICING: Final = "cost"
"""Topic of the rules that ask for the estimate: those of the first process, whose caller may want it, too."""
FRONT: Final = ("iam", "network", "data", "observability")
"""Topics whose rules follow references, the last the least; those of them that follow none stand in the middle."""
END: Final = ("compute", "maintenance", "uptime", "rollout")
"""Topics whose rules read definitions of workflows."""
_PLACES: Final = {topic: place for place, topic in enumerate((*FRONT, "", *END))}

Run: TypeAlias = "Callable[[Rule, Context], list[Finding]]"


def findings_of(rules: Sequence[Rule], context: Context, run: Run) -> Iterable[list[Finding]]:
    """`run(rule, context)` for each of `rules`, in their order."""
    graph = context.graph
    if len(graph) < FEWEST_RESOURCES or not has_a_second_core():
        return (run(rule, context) for rule in rules)
    graph.sorted_out()
    own = [number for number, rule in enumerate(rules) if rule.topic == PRICING]
    others = [number for number, rule in enumerate(rules) if rule.topic != PRICING]

    def run_each(numbers: Iterable[int]) -> dict[int, list[Finding]]:
        return {number: run(rules[number], context) for number in numbers}

    with _Line(sorted(others, key=lambda number: _place(rules[number]))) as line:

        def to_tell() -> dict[int, list[tuple[Any, ...]]]:
            # Plain tuples are told twice as fast.
            return {number: list(map(tuple, findings)) for number, findings in run_each(line.from_its_end()).items()}

        with in_second_process(to_tell) as told:
            found = run_each(chain(own, line.from_its_front()))
            for number, findings in (told() or {}).items():  # where it tells nothing, what it had taken is run here
                found[number] = list(starmap(Finding, findings))
    return (found[number] if number in found else run(rule, context) for number, rule in enumerate(rules))


def _place(rule: Rule) -> tuple[int, str, bool]:
    """Where in the line a rule stands: beside those that read what it reads, and first what reads most, the stack."""
    if rule.types == STATE_MACHINE:
        return _PLACES[END[-1]], rule.topic, False
    own = _PLACES.get(rule.topic, _PLACES[""])
    return own if rule.stack_wide else max(own, _PLACES[""]), rule.topic, rule.reads_graph


class _Line:
    """Numbers that two processes take from a line, one from its front and one from its end, until they meet."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers

    def __enter__(self) -> _Line:
        self._left, end = os.pipe()  # holds a byte for each number that is left
        os.write(end, bytes(len(self._numbers)))
        os.close(end)
        return self

    def from_its_front(self) -> Iterator[int]:
        """Those that this process takes, each as it comes to it."""
        return (number for number in self._numbers if os.read(self._left, 1))

    def from_its_end(self) -> Iterator[int]:
        """The same from the other end."""
        return (number for number in reversed(self._numbers) if os.read(self._left, 1))

    def __exit__(self, *error: object) -> None:
        os.close(self._left)
