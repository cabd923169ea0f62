"""Resources that are alike in all that their pricer reads share its charges: of 100,000 queues one is priced.

A pricer reads its resource, the graph, and what one estimate is made with. Of these only the resource differs from call
to call. So the first resource of a kind is priced as an `Observed`, which notes the properties that are asked for; the
next whose properties of these names are the same is billed the same. Who asks for what no other resource has, its URN
above all, is priced alone.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Hashable, Iterator, Mapping
from itertools import repeat
from typing import Any, Final, NamedTuple, TypeVar

from deployment.errors import SHAPE_ERRORS, InputError
from deployment.graph import Resource, ResourceGraph, first_step

T = TypeVar("T")
Made = TypeVar("Made", bound=Hashable)

FEWEST: Final = 64
"""Resources of a type from which on it pays to note what is read of them."""

WHOLE: Final = ("metadata", "spec")
"""Properties that hold all of an object of Kubernetes, its name included."""


class Result(NamedTuple):
    """What was found of one resource, and holds for all that are alike."""

    lines: tuple[tuple[Any, ...], ...]
    """Fields of each line after those that name the resource."""
    reasons: tuple[str, ...]
    """Why (parts of) it have no price."""


class Alike:
    """Results of one type by what was read of the resources."""

    def __init__(self, graph: ResourceGraph, number: int, region_of: Callable[[Resource], str]) -> None:
        self.graph = graph
        self.region_of = region_of
        self.most_differing = FEWEST + number // 32
        """How many of the `number` resources may differ before noting what is read of them doesn't pay."""
        self.properties: set[str] = set()
        """Properties that were asked for, of any resource so far."""
        self.sources: set[str] = set()
        """Those of which was asked what they depend on."""
        self.paths: set[str] = set()
        """Paths below those that hold all of a resource."""
        self.look_ups: dict[tuple[int, Any], tuple[Mapping[Any, Any], Callable[[Resource], Any]]] = {}
        """Look-ups, with the key of a resource in them: whom none of them holds is alike in that."""
        self.references: set[tuple[str, tuple[str, ...]]] = set()
        """Path and types of what was asked for because the resources refer to it."""
        self.made: set[tuple[Callable[[Resource, str], Hashable], str]] = set()
        """What was made of the value at a path."""
        self.in_region = False
        """Whether it was asked for the Region."""
        self.results: dict[tuple[Hashable, ...], Result] = {}
        self.differing = 0
        """Resources that no other was like, when they were priced."""
        self.like = 0

    def key(self, resource: Resource) -> tuple[Hashable, ...] | None:
        """All that is known to be read of `resource`; None where only it has that, or it has an unreadable shape."""
        try:
            if any(key_of(resource) in index for index, key_of in self.look_ups.values()):
                return None
            inputs, names, declared = resource.inputs, self.properties, resource.property_dependencies
            read = (
                bool(inputs),
                [*map(inputs.get, names, repeat(...))],
                [*map(resource.outputs.get, names, repeat(...))],
                [*map(declared.get, self.sources)] if declared else (),
                self.region_of(resource) if self.in_region else "",
                [resource.peek(path) for path in self.paths],
                [[one.urn for one in self.graph.referenced(resource, path, *types)] for path, types in self.references],
            )
            made = [make(resource, path) for make, path in self.made]
        except (InputError, *SHAPE_ERRORS):
            return None
        try:
            return marshal.dumps(read, 2), *made  # of later versions equal values may give different bytes
        except ValueError:  # values that can't be read
            return repr(read), *made

    def result(self, resource: Resource) -> Result | None:
        """That of a resource which `resource` is like; None without one."""
        found = None if (key := self.key(resource)) is None else self.results.get(key)
        if found is None:
            self.differing += 1
        else:
            self.like += 1
        return found

    def keep(self, resource: Resource, result: Result) -> None:
        """Keep the result of `resource` for those that are like it, in all that has been asked for by now."""
        if (key := self.key(resource)) is not None:
            self.results[key] = result

    @property
    def pays(self) -> bool:
        """Whether enough of the resources were like another."""
        return self.differing < self.most_differing or self.differing < self.like


class Observed(Resource):
    """A resource that notes what its pricer asks it for."""

    __slots__ = ("alone", "noted", "of")

    of: Resource
    noted: Alike
    alone: bool
    """Whether it was asked for what no other resource has."""

    def __init__(self, of: Resource, noted: Alike) -> None:
        # Fields of a resource stay unset here, so that asking for one goes to `__getattr__`.
        for name, value in (("of", of), ("noted", noted), ("alone", False)):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.of, name)
        if name in ("inputs", "outputs"):
            return _Noting(value, self)
        if name not in ("type", "custom"):  # which all of one type have in common
            self.stands_alone()
        return value

    def stands_alone(self) -> None:
        """Note that it was asked for what no other resource has."""
        object.__setattr__(self, "alone", True)

    def __eq__(self, other: object) -> bool:
        self.stands_alone()
        return self.of == other

    def __hash__(self) -> int:
        self.stands_alone()
        return hash(self.of)

    def peek(self, path: str) -> list[Any]:
        """What the resource has there."""
        self.note(path)
        return self.of.peek(path)

    def all(self, path: str) -> list[Any]:
        """What the resource has there."""
        self.note(path)
        return self.of.all(path)

    def gives(self, path: str) -> bool:
        """Whether the resource has something there."""
        self.note(path)
        return self.of.gives(path)

    def note(self, path: str) -> None:
        """Note that the value at `path` was asked for."""
        name = first_step(path)
        if name in WHOLE:
            self.noted.paths.add(path)
        else:
            self.noted.properties.add(name)

    def sources(self, path: str) -> tuple[str, ...]:
        """What the resource says."""
        self.noted.sources.add(first_step(path))
        return self.of.sources(path)

    def value_in(self, index: Mapping[Any, T], key: Callable[[Resource], Any]) -> T | None:
        """What `index` holds for it; a look-up that has nothing for it leaves it like others."""
        found = index.get(key(self.of))
        if found is None:
            self.noted.look_ups[id(index), key] = index, key
        else:
            self.stands_alone()
        return found

    def referenced(self, path: str, types: tuple[str, ...]) -> tuple[Resource, ...]:
        """What it refers to."""
        graph = self.noted.graph
        if types and not graph.of_type(*types):  # whatever is there
            return ()
        self.noted.references.add((path, types))
        return graph.referenced(self.of, path, *types)

    def made(self, make: Callable[[Resource, str], Made], path: str) -> Made:
        """What `make` makes of the value there."""
        self.noted.made.add((make, path))
        return make(self.of, path)


class _Noting(Mapping[str, Any]):
    """Properties of an observed resource."""

    def __init__(self, of: Mapping[str, Any], observed: Observed) -> None:
        self.of = of
        self.observed = observed

    def __getitem__(self, name: str) -> Any:
        self.observed.noted.properties.add(name)
        return self.of[name]

    def __bool__(self) -> bool:
        return bool(self.of)

    def __iter__(self) -> Iterator[str]:
        self.observed.stands_alone()
        return iter(self.of)

    def __len__(self) -> int:
        self.observed.stands_alone()
        return len(self.of)
