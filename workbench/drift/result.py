"""The drift of one stack: changes by hand with their dollars and the rules that they break, and those by machines."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from cost.basis import basis_of
from cost.money import text
from deployment.graph import Resource, ResourceGraph
from policies.assess import Assessment, Violation, assess, stack_name
from policies.finding import Enforcement
from workbench.drift.machines import Machines, without_ignored
from workbench.drift.openings import DIRECTIONS, unseen, with_openings
from workbench.preview.changes import KNOWN_AFTER, Change, Operation, PropertyChange, compare

ZERO = Decimal(0)

UNSEEN: Final = (
    "the preview of a refresh doesn't tell rules that a hand added to security groups whose rules are resources of "
    "their own (groups: {}); to see those, compare an export with one after `pulumi refresh`"
)


@dataclass(frozen=True, slots=True)
class Drifted:
    """What one hand, or one machine, changed of one resource."""

    resource: Resource
    operation: Operation
    """DELETE when it is gone, UPDATE when properties differ, CREATE when it is in the newer of two exports only."""
    properties: tuple[PropertyChange, ...] = ()
    by: str = ""
    """The machine; "" for a hand."""


@dataclass(frozen=True)
class Drift:
    """What differs, and what it means."""

    stack: str
    found: tuple[Drifted, ...]
    before: Assessment = field(repr=False)
    """The stack as its state says."""
    after: Assessment = field(repr=False)
    """The stack with what hands changed, and nothing else."""
    notes: tuple[str, ...] = ()
    """What could not be seen."""

    @property
    def by_hand(self) -> tuple[Drifted, ...]:
        """What somebody changed."""
        return tuple(one for one in self.found if not one.by)

    @property
    def by_machines(self) -> tuple[Drifted, ...]:
        """What the stack's own machines changed."""
        return tuple(one for one in self.found if one.by)

    @cached_property
    def broken(self) -> tuple[Violation, ...]:
        """Findings that were not there before, those that block first."""
        fresh = _new_ones(self.before, self.after)
        return tuple(sorted(fresh, key=lambda one: one.enforcement is not Enforcement.MANDATORY))

    @cached_property
    def mended(self) -> tuple[Violation, ...]:
        """Findings that are no more."""
        return tuple(_new_ones(self.after, self.before))

    @property
    def blocked(self) -> bool:
        """Whether a hand broke a mandatory rule, the budget's included."""
        return any(one.enforcement is Enforcement.MANDATORY for one in self.broken)

    @property
    def figures(self) -> tuple[tuple[str, Decimal, Decimal], ...]:
        """Expected cost and worst case a month: name, before, after."""
        before, after = self.before.estimate, self.after.estimate
        return (
            ("expected", before.expected_usd, after.expected_usd),
            ("worst case", before.worst_case_usd, after.worst_case_usd),
        )

    def delta_usd(self, one: Drifted) -> tuple[Decimal, Decimal]:
        """By how much the resource's expected month and worst case rise, at list price."""
        urn = one.resource.urn
        expected, worst = self._worst
        before, after = self.before.estimate.by_urn, self.after.estimate.by_urn
        return after.get(urn, ZERO) - before.get(urn, ZERO), worst.get(urn, ZERO) - expected.get(urn, ZERO)

    @cached_property
    def _worst(self) -> tuple[Mapping[str, Decimal], Mapping[str, Decimal]]:
        """Worst case by URN, before and after."""
        sums: list[dict[str, Decimal]] = []
        for assessment in (self.before, self.after):
            found: dict[str, Decimal] = defaultdict(Decimal)
            for line in assessment.estimate.charges:
                found[line.urn] += line.worst_case_usd
            sums.append(found)
        return sums[0], sums[1]

    def to_json(self) -> dict[str, Any]:
        """The drift as JSON: money as decimal strings."""
        return {
            "stack": self.stack,
            "byHand": [self._entry(one) for one in self.by_hand],
            "byMachines": [self._entry(one) for one in self.by_machines],
            "cost": {name: {"before": text(old), "after": text(new)} for name, old, new in self.figures},
            "broken": [one.to_json() for one in self.broken],
            "mended": [one.to_json() for one in self.mended],
            "notes": list(self.notes),
            "verdict": "blocked" if self.blocked else "pass",
        }

    def _entry(self, one: Drifted) -> dict[str, Any]:
        expected, worst = self.delta_usd(one)
        entry: dict[str, Any] = {
            "urn": one.resource.urn,
            "type": one.resource.type,
            "operation": one.operation.value,
            "properties": [
                {"path": found.path, "state": shown(found.old), "actual": shown(found.new)} for found in one.properties
            ],
        }
        if one.by:
            return {**entry, "by": one.by}
        return {**entry, "monthlyDelta": text(expected), "worstCaseDelta": text(worst)}


def drift(
    old: ResourceGraph, new: ResourceGraph, differences: Mapping[str, frozenset[str]] | None, region: str | None = None
) -> Drift:
    """What became of the stack `old` (its state) in `new` (what is there).

    `differences` are those that the engine tells (URN -> top-level properties), None where two exports are compared.
    Raises InputError when the stack can't be priced.
    """
    hidden = [] if differences is None else unseen(old, new)
    new, differences = with_openings(old, new, differences)
    machines = Machines(old, new, basis_of(old))
    all_seen = ResourceGraph(replace(one, options=without_ignored(one.options)) for one in new)
    found: list[Drifted] = []
    for change in compare(old, all_seen):
        found.extend(_sorted(change, old, machines, differences))
    judged = _with_hands(old, new, [one for one in found if not one.by])
    return Drift(
        stack=stack_name(old) or "",
        found=tuple(found),
        before=assess(old, region=region),
        after=assess(judged, region=region),
        notes=(UNSEEN.format(len(hidden)),) if hidden else (),
    )


def _sorted(
    change: Change, old: ResourceGraph, machines: Machines, differences: Mapping[str, frozenset[str]] | None
) -> Iterator[Drifted]:
    """`change` as what hands and what machines did of it."""
    resource = old.by_urn.get(change.resource.urn, change.resource)
    match change.operation:
        case Operation.SAME:
            return
        case Operation.DELETE:
            if resource.custom:
                yield Drifted(resource, Operation.DELETE, by=machines.of_deletion(resource))
            return
        case Operation.CREATE:
            if resource.custom:
                yield Drifted(resource, Operation.CREATE)
            return
    told = None if differences is None else differences.get(resource.urn, frozenset())
    now = machines.new.by_urn[resource.urn]
    by: dict[str, list[PropertyChange]] = {}
    for one in change.properties:
        if one.new == KNOWN_AFTER or one.path.startswith("("):
            continue  # what a deployment would do, and nobody did
        if resource.inputs.get(top(one.path)) == now.inputs.get(top(one.path)):
            continue  # the same id as before, of a resource that is gone
        machine = machines.of_property(resource, one.path, one.old, one.new)
        if machine or told is None or top(one.path) in told:
            by.setdefault(machine, []).append(one)
    for machine, properties in by.items():
        yield Drifted(resource, Operation.UPDATE, tuple(properties), machine)


def _with_hands(old: ResourceGraph, new: ResourceGraph, by_hand: list[Drifted]) -> ResourceGraph:
    """The stack of the state with what hands did to it."""
    changes = {one.resource.urn: one for one in by_hand}
    resources = []
    for resource in old:
        one = changes.get(resource.urn)
        if one is None:
            resources.append(resource)
        elif one.operation is Operation.UPDATE:
            keys = {top(found.path) for found in one.properties}
            now = new.by_urn[resource.urn]
            # What a hand opened at a group is no declaration: it is there, beside the rules that are.
            opened = {key: now.inputs[key] for key in keys.intersection(DIRECTIONS) if key not in resource.inputs}
            resources.append(
                replace(
                    resource,
                    inputs=_renewed(resource.inputs, now.inputs, keys - opened.keys()),
                    outputs={**_renewed(resource.outputs, now.outputs, keys), **opened},
                )
            )
    resources += [new.by_urn[one.resource.urn] for one in by_hand if one.operation is Operation.CREATE]
    return ResourceGraph(resources)


def _renewed(before: Mapping[str, Any], now: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    kept = {key: value for key, value in before.items() if key not in keys}
    return {**kept, **{key: now[key] for key in keys if key in now}}


def _new_ones(before: Assessment, after: Assessment) -> Iterator[Violation]:
    """Violations of `after` that `before` has not: of a rule and a resource as many as there are more."""
    known = Counter((one.rule.id, one.finding.urn, one.enforcement) for one in before.violations)
    messages = {(one.rule.id, one.finding.urn, one.finding.message) for one in before.violations}
    # Those that say the same as before are the old ones; figures in a message may have moved.
    for one in sorted(
        after.violations, key=lambda one: (one.rule.id, one.finding.urn, one.finding.message) not in messages
    ):
        key = (one.rule.id, one.finding.urn, one.enforcement)
        if known[key]:
            known[key] -= 1
        else:
            yield one


def top(path: str) -> str:
    """Top-level property that `path` (``tags.Name``, ``rules[2].priority``) is in."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def shown(value: Any) -> Any:
    """`value` as JSON, with what can't be read by its name."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return f"[{str(value).lower()}]"
