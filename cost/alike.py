"""Resources that are alike in all that their pricer reads share its charges: of 100,000 queues one is priced.

A pricer reads its resource, the graph, and what one estimate is made with. Of these only the resource differs from call
to call. So the first resource of a kind is priced as an `Observed`, which notes the properties that are asked for; the
next whose properties of these names are the same is billed the same. Who asks for what no other resource has, its URN
above all, is priced alone.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Mapping
from itertools import repeat
from typing import Any, Final, NamedTuple, TypeVar

from deployment.errors import InputError
from deployment.graph import Resource

T = TypeVar("T")

FEWEST: Final = 64
"""Resources of a type from which on it pays to note what is read of them; how many may differ before it doesn't."""


def property_of(path: str) -> str:
    """The first part of `path`."""
    return path.partition(".")[0].partition("[")[0]


class Result(NamedTuple):
    """What was found of one resource, and holds for all that are alike."""

    lines: tuple[tuple[Any, ...], ...]
    """Fields of each line after those that name the resource."""
    reasons: tuple[str, ...]
    """Why (parts of) it have no price."""


class Alike:
    """Results of one type by what was read of the resources."""

    def __init__(self, region_of: Callable[[Resource], str]) -> None:
        self.region_of = region_of
        self.properties: set[str] = set()
        """Properties that were asked for, of any resource so far."""
        self.sources: set[str] = set()
        """Those of which was asked what they depend on."""
        self.by_urn: dict[int, Mapping[str, Any]] = {}
        """Look-ups of the resources' URNs, by their identity: whom none of them holds is alike in that."""
        self.in_region = False
        """Whether it was asked for the Region."""
        self.results: dict[bytes | str, Result] = {}
        self.differing = 0
        """Resources that no other was like, when they were priced."""
        self.like = 0

    def key(self, resource: Resource) -> bytes | str | None:
        """All that is known to be read of `resource`; None where only it has that."""
        for index in self.by_urn.values():
            if resource.urn in index:
                return None
        region = ""
        if self.in_region:
            try:
                region = self.region_of(resource)
            except InputError:
                return None
        inputs, names, declared = resource.inputs, self.properties, resource.property_dependencies
        read = (
            bool(inputs),
            [*map(inputs.get, names, repeat(...))],
            [*map(resource.outputs.get, names, repeat(...))],
            [*map(declared.get, self.sources)] if declared else (),
            region,
        )
        try:
            return marshal.dumps(read, 2)  # of later versions equal values may give different bytes
        except ValueError:  # values that can't be read
            return repr(read)

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
        return self.differing < FEWEST or self.differing < self.like


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
        self.noted.properties.add(property_of(path))
        return self.of.peek(path)

    def all(self, path: str) -> list[Any]:
        """What the resource has there."""
        self.noted.properties.add(property_of(path))
        return self.of.all(path)

    def sources(self, path: str) -> tuple[str, ...]:
        """What the resource says."""
        self.noted.sources.add(property_of(path))
        return self.of.sources(path)

    def value_in(self, by_urn: Mapping[str, T]) -> T | None:
        """What `by_urn` holds for its URN; a look-up that has nothing for it leaves it like others."""
        if self.of.urn in by_urn:
            self.stands_alone()
        else:
            self.noted.by_urn[id(by_urn)] = by_urn
        return by_urn.get(self.of.urn)


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
