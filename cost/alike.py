"""Resources that are alike in all that their pricer reads share its charges: of 100,000 queues one is priced.

A pricer reads its resource, the graph, and what one estimate is made with. Of these only the resource differs from call
to call. So the first resource of a kind is priced as an `Observed`, which notes the properties that are asked for; the
next whose properties of these names are the same is billed the same. So are the resources that it refers to: of them
is compared what was asked for, too. Who asks for what no other resource has, its URN above all, is priced alone.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar

from deployment.errors import SHAPE_ERRORS, InputError
from deployment.graph import Resource, ResourceGraph, first_step

T = TypeVar("T")
Made = TypeVar("Made", bound=Hashable)

FEWEST: Final = 64
"""Resources of a type from which on it pays to note what is read of them."""


class Result(NamedTuple):
    """What was found of one resource, and holds for all that are alike."""

    lines: tuple[tuple[Any, ...], ...]
    """Fields of each line after those that name the resource."""
    reasons: tuple[str, ...]
    """Why (parts of) it have no price."""


class Read:
    """What is read of resources: of those that are priced, or of others that they lead to."""

    def __init__(self, graph: ResourceGraph, region_of: Callable[[Resource], str], values: Values) -> None:
        self.graph = graph
        self._region_of = region_of
        self.values = values
        self.properties: set[str] = set()
        """Properties that were asked for, of any resource so far."""
        self.sources: set[str] = set()
        """Those of which was asked what they depend on."""
        self.paths: set[str] = set()
        """Paths with more than a property."""
        self.look_ups: dict[tuple[int, Any], tuple[Mapping[Any, Any], Callable[[Resource], Any], Read]] = {}
        """Look-ups, the key of a resource in them, and what is read of the resources that they hold for it."""
        self.references: dict[tuple[str, tuple[str, ...]], Read] = {}
        """Path and types of the resources that were asked for because these refer to them, and what is read of them."""
        self.made: set[tuple[Callable[[Resource, str], Hashable], str]] = set()
        """What was made of the value at a path."""
        self.urns: set[str] = set()
        """Whose URN, or anything else that no other resource has, was asked for; and URNs that were looked for."""
        self.in_region = False
        """Whether it was asked for the Region."""

    def key(self, resource: Resource) -> tuple[Hashable, ...]:
        """All that is known to be read of `resource`."""
        inputs, outputs, number = resource.inputs, resource.outputs, self.values.number
        read: list[Hashable] = [resource.type, bool(inputs)]
        for name in self.properties:
            read += number(inputs.get(name, ...)), number(outputs.get(name, ...))
        if self.urns:
            read.append(resource.urn if resource.urn in self.urns else "")
        if self.in_region:
            read.append(self._region(resource))
        if self.sources:
            read.append(tuple(map(number, map(resource.property_dependencies.get, self.sources))))
        for path in self.paths:
            read.append(tuple(map(number, resource.peek(path))))
        for make, path in self.made:
            read.append(make(resource, path))
        for (path, types), further in self.references.items():
            read.append(tuple(map(further.key, self.graph.referenced(resource, path, *types))))
        for index, key_of, further in self.look_ups.values():
            found = index.get(key_of(resource))
            if found is None or isinstance(found, (str, int, Decimal, frozenset)):
                read.append(found)
            else:
                read.append(tuple(map(further.key, _resources(found))) or id(found))
        return tuple(read)

    def _region(self, resource: Resource) -> str:
        try:
            return self._region_of(resource)
        except InputError as error:  # it is refused for that, or taken for one in another
            return str(error).removeprefix(resource.urn)

    def further(self) -> Read:
        """The same of resources that are led to in some way for the first time."""
        return Read(self.graph, self._region_of, self.values)


class Values:
    """Numbers that tell values apart; most of a large stack are held once, and looked at once."""

    def __init__(self) -> None:
        self._by_identity: dict[int, tuple[int, object]] = {}
        """With the value, so that no other comes to have its identity."""
        self._by_text: dict[bytes | str, int] = {}

    def number(self, value: Any) -> int:
        """That of `value`, and of all that equal it in type, too."""
        known = self._by_identity.get(id(value))
        if known is None:
            text: bytes | str
            try:
                text = marshal.dumps(value, 2)  # of later versions equal values may give different bytes
            except ValueError:  # what can't be read is in it
                text = repr(value)
            known = self._by_identity[id(value)] = self._by_text.setdefault(text, len(self._by_text)), value
        return known[0]


class Alike:
    """Results of one type by what was read of the resources."""

    def __init__(self, read: Read, number: int) -> None:
        self.read = read
        self.most_differing = FEWEST + number // 32
        """How many of the `number` resources may differ before noting what is read of them doesn't pay."""
        self.results: dict[tuple[Hashable, ...], Result] = {}
        self.differing = 0
        """Resources that no other was like, when they were priced."""
        self.like = 0

    def result(self, resource: Resource) -> Result | None:
        """That of a resource which `resource` is like; None without one."""
        try:
            found = self.results.get(self.read.key(resource))
        except SHAPE_ERRORS:  # nothing is like it
            found = None
        if found is None:
            self.differing += 1
        else:
            self.like += 1
        return found

    def keep(self, resource: Resource, result: Result) -> None:
        """Keep the result of `resource` for those that are like it, in all that has been asked for by now."""
        with suppress(*SHAPE_ERRORS):
            self.results[self.read.key(resource)] = result

    @property
    def pays(self) -> bool:
        """Whether enough of the resources were like another."""
        return self.differing < self.most_differing or self.differing < self.like


class Observed(Resource):
    """A resource that notes what its pricer asks it for."""

    __slots__ = ("noted", "of")

    of: Resource
    noted: Read

    def __init__(self, of: Resource, noted: Read) -> None:
        # Fields of a resource stay unset here, so that asking for one goes to `__getattr__`.
        object.__setattr__(self, "of", of)
        object.__setattr__(self, "noted", noted)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.of, name)
        if name in ("inputs", "outputs"):
            return _Noting(value, self)
        if name != "type":  # which is compared always
            self.stands_alone()
        return value

    def stands_alone(self) -> None:
        """Note that it was asked for what no other resource has."""
        self.noted.urns.add(self.of.urn)

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
        return self.made(Resource.gives, path)

    def note(self, path: str) -> None:
        """Note that the value at `path` was asked for."""
        (self.noted.properties if path == first_step(path) else self.noted.paths).add(path)

    def is_the(self, urn: str | None) -> bool:
        """Whether it is the one with `urn`."""
        if urn is not None:
            self.noted.urns.add(urn)
        return self.of.urn == urn

    def sources(self, path: str) -> tuple[str, ...]:
        """What the resource says."""
        self.noted.sources.add(first_step(path))
        return self.of.sources(path)

    def value_in(self, index: Mapping[Any, T], key: Callable[[Resource], Any]) -> T | None:
        """What `index` holds for it."""
        _, _, noted = self.noted.look_ups.setdefault((id(index), key), (index, key, self.noted.further()))
        found: Any = index.get(key(self.of))
        resources: Any = [Observed(one, noted) for one in _resources(found)]
        held: T | None = (resources[0] if isinstance(found, Resource) else resources) if resources else found
        return held

    def referenced(self, path: str, types: tuple[str, ...]) -> tuple[Resource, ...]:
        """What it refers to."""
        graph = self.noted.graph
        if types and not graph.of_type(*types):  # whatever is there
            return ()
        noted = self.noted.references.setdefault((path, types), self.noted.further())
        return tuple([Observed(one, noted) for one in graph.referenced(self.of, path, *types)])

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

    def __contains__(self, name: object) -> bool:
        self.observed.noted.made.add((_holds, str(name)))
        return name in self.of

    def __bool__(self) -> bool:
        return bool(self.of)

    def __iter__(self) -> Iterator[str]:
        self.observed.stands_alone()
        return iter(self.of)

    def __len__(self) -> int:
        self.observed.stands_alone()
        return len(self.of)


def _holds(resource: Resource, name: str) -> tuple[bool, bool]:
    """Whether the resource has a property `name`, as an input and as an output."""
    return name in resource.inputs, name in resource.outputs


def _resources(found: Any) -> Sequence[Resource]:
    """Resources that a look-up has; none where it has something else."""
    if isinstance(found, Resource):
        return (found,)
    return found if isinstance(found, list) and found and isinstance(found[0], Resource) else ()
