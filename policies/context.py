"""What a check may look at besides its resource."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from deployment.errors import SHAPE_ERRORS, InputError
from deployment.graph import STACK_TYPE, Resource, ResourceGraph
from deployment.object_lists import with_items
from deployment.unknown import Sentinel, meet, meet_each, watched
from policies.finding import Profile
from policies.settings import PackConfig
from policies.waivers import WaiverUse

if TYPE_CHECKING:
    from cost import Estimate
    from cost.basis import Basis
    from cost.usage import Usage

T = TypeVar("T")

Kind: TypeAlias = "Callable[[Resource, Context], Hashable]"
"""What of a resource it is judged by, beside what the stack holds whatever the resource; None where it is judged by
itself, as what can't be read always is."""
_Met: TypeAlias = tuple[str, str, Sentinel]

_NOT_MADE: Final[Any] = object()

ROOT_TYPE: Final = "plant:infra:PlantApi"
"""Type token of this project's root component."""


class Context:
    """What a check may look at besides its resource. One is made for each assessment."""

    def __init__(
        self,
        graph: ResourceGraph,
        config: PackConfig | None = None,
        *,
        region: str | None = None,
        today: datetime.date | None = None,
        usage: Usage | None = None,
        tells_ways: bool = True,
    ) -> None:
        self.graph = with_items(graph)
        self.config = config if config is not None else PackConfig()
        self.region = region
        """Region to price what names none of its own; None for the one that the stack declares."""
        self.today = today
        """Day that is judged; None for the day of the run."""
        self.usage = usage
        """Numbers of use that are given beside the stack; None for what it declares alone."""
        self.tells_ways = tells_ways
        """Whether messages say what brings a stack back within its budget: it is priced some twenty times for that."""
        self.waiver_use: WaiverUse | None = None
        """How the waivers were used; set once every other rule has run."""

    @cached_property
    def estimate(self) -> Estimate:
        """What the stack costs; computed once and shared by the budget rules and the caller.

        Raises InputError when the declared cost basis is wrong, or a Region is not known or has no prices.
        """
        from cost import NO_LIMIT_USD, estimate  # the catalogue is read only when a price is asked for

        limit = self.config.settings.monthly_limit_usd
        with watched(off=True):  # what it can't price it says itself
            return estimate(
                self.graph,
                limit_usd=NO_LIMIT_USD if limit is None else limit,
                usage=None if self.usage is None else self.usage.by_urn,
                transfers=() if self.usage is None else self.usage.transfers,
                region=self.region,
                on=self.today,
            )

    @cached_property
    def has_budget(self) -> bool:
        """Whether the pack, or the stack itself, may name a limit. Without one no rule asks for the estimate, which
        takes as long as a third of the rules."""
        return self.config.settings.monthly_limit_usd is not None or self.cost_basis is not None

    def pointing_at(self, target: Resource, path: str, *types: str) -> Sequence[Resource]:
        """Resources of `types` whose value at `path` is `target`; looked up once for all targets."""
        return self.pointing(path, *types).get(target.urn, ())

    def pointing(self, path: str, *types: str) -> Mapping[str, Sequence[Resource]]:
        """URN -> resources of `types` whose value at `path` is the resource with that; looked up once for all."""
        return self._once((path, types), lambda: self._pointing(path, types))

    def _pointing(self, path: str, types: tuple[str, ...]) -> dict[str, list[Resource]]:
        index: dict[str, list[Resource]] = {}
        for resource in self.graph.of_type(*types):
            for found in self.graph.referenced(resource, path):
                index.setdefault(found.urn, []).append(resource)
        return index

    def once(self, make: Callable[[Context], T]) -> T:
        """`make(self)`, the same object each time that it is asked for in one assessment."""
        return self._once(make, lambda: make(self))

    def once_for(self, make: Callable[[Resource, Context], T], resource: Resource) -> T:
        """`make(resource, self)`, the same object each time that it is asked for in one assessment."""
        return self._once((make, resource.urn), lambda: make(resource, self))

    def alike(self, kind: Kind, resources: tuple[Resource, ...]) -> tuple[list[Resource], list[int]]:
        """The first of each kind of `resources`, which a look-up of the graph gave, and of which kind each is."""
        return self._once((kind, id(resources)), lambda: self._alike(kind, resources))

    def _alike(self, kind: Kind, resources: tuple[Resource, ...]) -> tuple[list[Resource], list[int]]:
        firsts: list[Resource] = []
        kinds: list[int] = []
        known: dict[tuple[str, Hashable], int] = {}
        with watched() as watch:
            for resource in resources:
                number = len(firsts)
                try:
                    key = kind(resource, self)
                    if key is not None and not watch.met:
                        number = known.setdefault((resource.type, key), number)
                except SHAPE_ERRORS:  # which are told of each
                    pass
                if watch.met:
                    watch.met.clear()
                    watch.told.clear()
                if number == len(firsts):
                    firsts.append(resource)
                kinds.append(number)
        return firsts, kinds

    def _once(self, key: Any, make: Callable[[], T]) -> T:
        """What `make` gives, and what it could not read told again to whoever asks again."""
        found: T = self._made.get(key, _NOT_MADE)
        if found is _NOT_MADE:
            with watched() as watch:
                found = self._made[key] = make()
            if watch.met:
                met = [(urn, path, value) for (urn, path), value in watch.met.items()]
                self._met[key] = [one for one in met if one[0]], [one for one in met if not one[0]]
        if self._met and key in self._met:
            named, nameless = self._met[key]
            meet_each(named)
            for urn, path, value in nameless:  # of whichever resource is looked at
                meet(value, urn, path)
        return found

    @cached_property
    def _made(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def _met(self) -> dict[Any, tuple[list[_Met], list[_Met]]]:
        """What was met where something was."""
        return {}

    @property
    def cost_basis(self) -> Mapping[str, Any] | None:
        """The root component's registered `costBasis`; None when the program publishes none."""
        return self.once(_cost_basis)

    def is_reaped(self, token: str) -> bool:
        """True when a reaper in this stack deletes resources of type `token` after each session.

        What the reaper does may not be known yet, in a preview; then it counts for all types, as in the estimate.
        """
        from cost.uptime import ALWAYS_ON

        basis = self._declared_basis
        return basis is not None and basis.uptime != ALWAYS_ON and (basis.reaped is None or token in basis.reaped)

    @cached_property
    def _declared_basis(self) -> Basis | None:
        from cost.basis import basis_of

        try:
            return basis_of(self.graph)
        except InputError:  # which the estimate reports
            return None

    @property
    def parked(self) -> bool:
        """True when the stack says that it is parked: everything billed by the hour is gone on purpose."""
        basis = self.cost_basis or {}
        uptime = basis.get("uptime")
        return isinstance(uptime, Mapping) and uptime.get("parked") is True

    @cached_property
    def profile(self) -> Profile:
        """The configured one; else strict for this project's own stacks, and baseline for everybody else's."""
        chosen = self.config.settings.profile
        return chosen or (Profile.STRICT if self.is_plant_stack else Profile.BASELINE)

    @cached_property
    def is_plant_stack(self) -> bool:
        """True when the stack is this project's own: the story's promises are asked of no other."""
        return any(resource.type == ROOT_TYPE for resource in self.graph)

    @cached_property
    def stack(self) -> Resource | None:
        """Root resource of the stack, which findings about the whole stack name."""
        found = self.graph.of_type(STACK_TYPE)
        return found[0] if found else None


def _cost_basis(context: Context) -> Mapping[str, Any] | None:
    for resource in context.graph:
        if not resource.custom and "costBasis" in resource.outputs:
            # What a component registers is its outputs; what it was given may be called the same.
            basis = replace(resource, inputs=resource.outputs).get("costBasis")
            if isinstance(basis, Mapping):
                return basis
    return None
