"""Canary rollouts as the estimator sees them: which group is the canary, and how long a rollout keeps it up."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import Final, TypeAlias

from cost.basis import RolloutBasis
from cost.charges import Unpriced
from cost.scope import Pricing
from cost.workflows import Workflow, workflow_at
from deployment import tokens
from deployment.decimals import number
from deployment.graph import Resource, ResourceGraph

STATE_MACHINE: Final = tokens.STATE_MACHINE[0]
GROUP: Final = tokens.SCALING_GROUP[0]
DEPLOYMENT: Final = tokens.DEPLOYMENT
RESIZES: Final = frozenset({"autoscaling:updateautoscalinggroup", "eks:call", "lambda:invoke"})
"""Calls that set the size of a group, or of a Deployment: directly, or by a function in the cluster's network."""


TEXT: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
SCALED: Final = re.compile(r"/deployments/([^/\"]+)/scale")


_Placed: TypeAlias = tuple[int, Resource]
"""Place in the graph, and what is there."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """The rollout of a graph."""

    machine: Resource
    workflow: Workflow
    canary: Resource
    """Group or Deployment that exists with instances or pods only while a rollout runs."""
    stable: Resource
    """The one whose size the canary gets."""


def rollout_of(pricing: Pricing) -> Rollout | None:
    """The rollout of a declared stack; None without one."""
    return find_rollout(pricing.graph) if pricing.basis.declared else None


def find_rollout(graph: ResourceGraph) -> Rollout | None:
    """A state machine that moves traffic and resizes groups or Deployments, with the two that it names.

    The canary is the one that starts empty.
    """
    groups: _Groups | None = None
    seen: set[str] = set()
    for machine in graph.of_type(STATE_MACHINE):
        definition = machine.get("definition")
        if str(definition) in seen:  # it names the same ones
            continue
        seen.add(str(definition))
        workflow = workflow_at(machine, "definition")
        if workflow is None or not workflow.is_rollout or not RESIZES & workflow.actions:
            continue
        groups = groups or _Groups(graph)
        empty, full = groups.named_in(str(definition))
        if len(empty) == 1 and full:
            return Rollout(machine, workflow, canary=empty[0], stable=full[0])
    return None


class _Groups:
    """Groups and Deployments of a graph, by their names and whether they start empty."""

    def __init__(self, graph: ResourceGraph) -> None:
        self._found: dict[tuple[str, str], tuple[list[_Placed], list[_Placed]]] = defaultdict(lambda: ([], []))
        for placed in enumerate(graph.of_type(GROUP, DEPLOYMENT)):
            group = placed[1]
            name = group.get("metadata.name" if group.type == DEPLOYMENT else "name")
            sharing = self._found[group.type, str(name)][bool(_size(group))]
            if len(sharing) < 2:  # two tell as much as all that have the name, as in many namespaces
                sharing.append(placed)

    def named_in(self, definition: str) -> tuple[list[Resource], list[Resource]]:
        """Those that start empty, and the others, that `definition` names: in the order of the graph, at most two of
        each name."""
        known = [self._found[name] for name in _named(definition) if name in self._found]
        empty, full = (sorted(one for found in known for one in found[size]) for size in (False, True))
        return [group for _, group in empty], [group for _, group in full]


def durations(pricing: Pricing) -> RolloutBasis:
    """How long a rollout takes, as the stack declares it. Raises Unpriced when it doesn't say."""
    if pricing.basis.rollout is None:
        raise Unpriced(
            "it rolls out, and the root's costBasis.rollout doesn't say for how long; publish its steps and pollSeconds"
        )
    return pricing.basis.rollout


def hours_of_one(pricing: Pricing) -> Decimal:
    """Hours of a month that one rollout that passes is watched: it goes on over sessions. Raises Unpriced."""
    return min(durations(pricing).hours, pricing.basis.uptime.hours)


def looks_of_one(pricing: Pricing) -> Decimal:
    """Looks in them. Raises Unpriced."""
    declared = durations(pricing)
    return min(declared.polls, looks_in(declared, pricing.basis.uptime.hours))


def looks_in(declared: RolloutBasis, hours: Decimal) -> Decimal:
    """Looks that fit into `hours`, the one in progress included."""
    return (hours * 3600 / declared.poll_seconds).to_integral_value(ROUND_CEILING)


def hours_per_month(pricing: Pricing) -> Decimal:
    """Hours a month that the canary is up: every rollout's holds, at most the uptime. Raises Unpriced."""
    planned = pricing.basis.traffic.rollouts_per_month * hours_of_one(pricing)
    return min(planned, pricing.basis.uptime.metered_hours)


@lru_cache(maxsize=256)
def _named(definition: str) -> frozenset[tuple[str, str]]:
    """Types and names that the definition of a state machine may mean: groups by a text, Deployments by a path of the
    cluster's API."""
    groups = {(GROUP, text) for text in TEXT.findall(definition)}
    return frozenset(groups | {(DEPLOYMENT, name) for name in SCALED.findall(definition)})


def _size(group: Resource) -> Decimal:
    declared = ("spec.replicas", 1) if group.type == DEPLOYMENT else ("desiredCapacity", group.get("minSize", 0))
    size = number(group.get(*declared))
    return Decimal(1) if size is None else size
