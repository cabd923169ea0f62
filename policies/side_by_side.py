"""Runs the rules over a large stack in two processes, each of which takes the next topic when it is done with one.

Rules only read, and depend on nothing but the stack, so it makes no difference who runs which: findings are those of
one process, in the same order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from deployment.second_process import has_a_second_core, in_second_process
from policies.finding import Finding

if TYPE_CHECKING:
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
    if len(context.graph) < FEWEST_RESOURCES or not has_a_second_core():
        return (run(rule, context) for rule in rules)
    context.graph.look_ups()  # once, for both
    topics: dict[str, list[int]] = {PRICING: []}  # they share what they read, such as definitions of workflows
    for number, rule in enumerate(rules):
        topics.setdefault(rule.topic, []).append(number)
    own, *shared = topics.values()
    queue, end = os.pipe()
    os.write(end, b"".join(number.to_bytes(_NUMBER_BYTES) for number in range(len(shared))))
    os.close(end)

    def run_each(numbers: Iterable[int]) -> dict[int, list[Finding]]:
        return {number: run(rules[number], context) for number in numbers}

    def taken() -> dict[int, list[Finding]]:
        found: dict[int, list[Finding]] = {}
        while topic := os.read(queue, _NUMBER_BYTES):
            found |= run_each(shared[int.from_bytes(topic)])
        return found

    try:
        with in_second_process(taken) as told:
            found = run_each(own) | taken()
            found |= told() or {}  # where it tells nothing, what it had taken is run here
    finally:
        os.close(queue)
    return (found[number] if number in found else run(rule, context) for number, rule in enumerate(rules))
