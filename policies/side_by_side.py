"""Runs the rules over a large stack in two processes.

The first begins with those that follow references, for which it makes the look-ups, and the second with those that read
definitions of workflows, so that as little as can be is read twice.
Rules only read, and depend on nothing but the stack, so it makes no difference who runs which: findings are those of
one process, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import starmap
from typing import TYPE_CHECKING, Final, TypeAlias

from deployment.second_process import done_by_two, has_a_second_core
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
    priced: list[list[Finding]] = []
    found = done_by_two(
        sorted(others, key=lambda number: _place(rules[number])),
        lambda number: run(rules[number], context),
        tell=lambda findings: list(map(tuple, findings)),  # plain tuples are told twice as fast
        heard=lambda told: list(starmap(Finding, told)),
        first=lambda: priced.extend(run(rules[number], context) for number in own),
    )
    found.update(zip(own, priced, strict=True))
    return [found[number] for number in range(len(rules))]


def _place(rule: Rule) -> tuple[int, str, bool]:
    """Where in the line a rule stands: beside those that read what it reads, and first what reads most, the stack."""
    if rule.types == STATE_MACHINE:
        return _PLACES[END[-1]], rule.topic, False
    own = _PLACES.get(rule.topic, _PLACES[""])
    return own if rule.stack_wide else max(own, _PLACES[""]), rule.topic, rule.reads_graph
