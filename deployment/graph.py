"""The vocabulary that rules, prices and reports share: resources, and the graph they form.

A graph is read from Pulumi's deployment JSON (``deployment.reader``) or handed over by a policy
engine; nothing here knows which. Imports no Pulumi, so that a 10,000-resource
file is judged without the SDK's start-up time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final, NamedTuple, TypeAlias

from deployment.unknown import SECRET, UNKNOWN, Sentinel, meet, meet_each


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a stack, as far as it is known."""

    urn: str
    """``urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>``."""
    type: str
    """Pulumi type token, e.g. ``aws:lb/listener:Listener``."""
    name: str
    """Logical name: the last part of the URN."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """Properties as the program declares them, camelCase; unknowns are UNKNOWN, secrets SECRET. The objects inside are
    dicts, as JSON gives them."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """Properties as the provider (or the recorder) gives them back; of a component: what it registered."""
    parent: str | None = None
    """URN of the parent; None for the stack itself."""
    dependencies: tuple[str, ...] = ()
    """URNs this resource waits for."""
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Top-level property -> URNs of the resources its value comes from."""
    custom: bool = True
    """True for what a provider manages, False for components and the stack."""
    protect: bool = False
    """Deletion is refused until this is lifted."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Other resource options as in the deployment JSON: ignoreChanges, aliases, provider, customTimeouts …"""

    def get(self, path: str, default: Any = None) -> Any:
        """Value at `path` (``accessLogs.enabled``, ``rules[0].name``), from the inputs or else the outputs.

        Never raises: UNKNOWN when a step of the path is unknown, SECRET when it is secret, `default` when
        the property is absent (or null). Use ``all`` for ``[*]``.
        """
        found = self.peek(path)
        for value in found:  # as in `all`: most of what a rule does is to ask for values
            if value.__class__ is Sentinel:
                meet(value, self.urn, path)
        return default if not found or found[0] is None else found[0]

    def all(self, path: str) -> list[Any]:
        """Every value that `path` matches; ``[*]`` stands for each item of a list. Empty when absent.

        An unknown step yields one UNKNOWN, so that a rule can tell "there is none" from "not known yet".
        """
        found = self.peek(path)
        for value in found:
            if value.__class__ is Sentinel:
                meet(value, self.urn, path)
        return found

    def gives(self, path: str) -> bool:
        """True when there is something at `path`: not null and not empty. What can't be read is something.

        Whether there is something inside what can't be read, nobody knows.
        """
        holder = path.rpartition(".")[0]
        if holder:
            self.all(holder)  # which notes what can't be read
        return any(value.__class__ is Sentinel or value not in (None, "", [], {}) for value in self.peek(path))

    def sources(self, path: str) -> tuple[str, ...]:
        """URNs of the resources that the value at `path` comes from."""
        declared = self.property_dependencies
        return declared.get(first_step(path), ()) if declared else ()

    def peek(self, path: str) -> list[Any]:
        """What `all` gives, for who says itself what it makes of a value that can't be read."""
        steps = _parse_path(path)
        value: Any
        for properties in (self.inputs, self.outputs):
            value = properties
            for step in steps:
                if value.__class__ is not dict:
                    break
                if step not in value:
                    value = _ABSENT
                    break
                value = value[step]
            else:  # nothing but objects on the way, as nearly always
                return [value]
            if value is not _ABSENT and (found := list(_walk(properties, steps))):
                return found
        return []

    @property
    def package(self) -> str:
        """Provider package of the type token, e.g. ``aws``."""
        return self.type.partition(":")[0]


class ResourceGraph:
    """All resources of one stack, with the look-ups that rules and pricers need.

    Order is the order of the source file; every look-up keeps it, so results are deterministic.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources: tuple[Resource, ...] = tuple(resources)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)

    def sorted_out(self) -> None:
        """Make what all look-ups need now: before a process is copied, for what each copy would make for itself."""
        for made in (self.by_urn, self.managed, self._by_type, self._children):
            len(made)

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """URN -> resource."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def managed(self) -> tuple[Resource, ...]:
        """Resources that a provider manages; Pulumi itself has providers and references to stacks."""
        return tuple(one for one in self.resources if one.custom and not one.type.startswith("pulumi:"))

    def managed_by(self, providers: tuple[str, ...]) -> tuple[Resource, ...]:
        """Resources that one of `providers` manages, each given as its types begin: ``aws:``."""
        found = self._managed_by.get(providers)
        if found is None:
            types = {token for token in self.types if token.startswith(providers)}
            found = self._managed_by[providers] = tuple([one for one in self.managed if one.type in types])
        return found

    @cached_property
    def _managed_by(self) -> dict[tuple[str, ...], tuple[Resource, ...]]:
        return {}

    @cached_property
    def types(self) -> Iterable[str]:
        """Type tokens that the stack has, each once."""
        return self._by_type.keys()

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        grouped: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            grouped[resource.type].append(resource)
        return {token: tuple(found) for token, found in grouped.items()}

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """Resources of any of `types` (exact tokens)."""
        if len(types) == 1:
            return self._by_type.get(types[0], ())
        found = self._of_types.get(types)
        if found is None:
            found = self._of_types[types] = self._of_any(set(types) & self._by_type.keys())
        return found

    @cached_property
    def _of_types(self) -> dict[tuple[str, ...], tuple[Resource, ...]]:
        return {}

    def _of_any(self, wanted: set[str]) -> tuple[Resource, ...]:
        if len(wanted) <= 1:  # as nearly always: of the several tokens of one type a program uses one
            return self._by_type[wanted.pop()] if wanted else ()
        return tuple(resource for resource in self.resources if resource.type in wanted)

    def with_any(self, properties: tuple[str, ...], *types: str) -> tuple[Resource, ...]:
        """Resources of any of `types` that have something at any of `properties`, be it null; all, of no properties."""
        found = self._with_any.get((properties, types))
        if found is None:
            found = self._with_any[properties, types] = tuple(
                [
                    one
                    for token in types
                    for one in self.of_type(token)
                    if not properties or any(key in one.inputs or key in one.outputs for key in properties)
                ]
            )
        return found

    @cached_property
    def _with_any(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[Resource, ...]]:
        return {}

    def alike(self, properties: tuple[str, ...], *types: str) -> tuple[list[Resource], list[int]]:
        """The first of each kind of those of `types`, and of which kind each of them is: of one kind are who hold
        the same objects at `properties`, as equal parts are read. What can't be read makes a kind of its own."""
        found = self._alike.get((properties, types))
        if found is None:
            found = self._alike[properties, types] = self._alike_in(properties, types)
        return found

    @cached_property
    def _alike(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[list[Resource], list[int]]]:
        return {}

    def _alike_in(self, properties: tuple[str, ...], types: tuple[str, ...]) -> tuple[list[Resource], list[int]]:
        firsts: list[Resource] = []
        kinds: list[int] = []
        known: dict[tuple[object, ...], int] = {}
        for token in types:
            had, given = ([one for one in properties if one in keys] for keys in self._properties_of(token))
            for resource in self.of_type(token):
                inputs, outputs = _plain(resource.inputs).get, _plain(resource.outputs).get
                key = (token, *map(id, map(inputs, had)), *map(id, map(outputs, given)))
                kind = known.setdefault(key, len(firsts)) if _HIDDEN.isdisjoint(key) else len(firsts)
                if kind == len(firsts):
                    firsts.append(resource)
                kinds.append(kind)
        return firsts, kinds

    def _properties_of(self, token: str) -> tuple[set[str], set[str]]:
        """Names of the inputs and of the outputs that any resource of the type `token` has."""
        found = self._properties.get(token)
        if found is None:
            found = self._properties[token] = set(), set()
            for resource in self.of_type(token):
                found[0].update(resource.inputs)
                found[1].update(resource.outputs)
        return found

    @cached_property
    def _properties(self) -> dict[str, tuple[set[str], set[str]]]:
        return {}

    @cached_property
    def _children(self) -> Mapping[str, tuple[Resource, ...]]:
        grouped: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            if resource.parent:
                grouped[resource.parent].append(resource)
        return {urn: tuple(found) for urn, found in grouped.items()}

    def provider_of(self, resource: Resource) -> Resource | None:
        """The provider that manages `resource`, where the stack holds it; the option says its URN and id."""
        return self.by_urn.get(str(resource.options.get("provider") or "").rpartition("::")[0])

    def children(self, urn: str) -> tuple[Resource, ...]:
        """Direct children of the resource with `urn`."""
        return self._children.get(urn, ())

    def component_of(self, resource: Resource) -> str:
        """Name of the nearest component above `resource`, or "" when it sits directly under the stack."""
        parent = self.by_urn.get(resource.parent or "")
        while parent is not None and parent.custom:
            parent = self.by_urn.get(parent.parent or "")
        return "" if parent is None or parent.type == STACK_TYPE else parent.name

    @cached_property
    def _by_identity(self) -> Mapping[str, tuple[Resource, ...]]:
        """id, arn and similar output values -> the resources that have them, owners first.

        Several may: the id of a bucket's access block is the bucket's name, and an event target repeats its
        target's ARN from its inputs. Who has a value as an output alone comes before who merely repeats it,
        wherever the two stand in the graph.
        """
        found: dict[str, tuple[Resource, ...]] = {}
        shared: dict[str, list[Resource]] = {}
        for resource in self.resources:
            if resource.custom:
                alone = (resource,)
                outputs = _plain(resource.outputs)
                for key in IDENTITY_OUTPUTS:  # as in `identities`, for each
                    if key in outputs and (value := outputs[key]).__class__ is str and value:
                        earlier = found.setdefault(value, alone)
                        if earlier is not alone:
                            shared.setdefault(value, [*earlier]).append(resource)
        for value, holders in shared.items():
            found[value] = _owners_first(value, holders)
        return found

    def referenced(self, resource: Resource, path: str, *types: str) -> tuple[Resource, ...]:
        """Resources that the value at `path` refers to, narrowed to `types` when given.

        Uses the value (an id or ARN of the graph) where it is known, and the declared property
        dependencies where it is not; those also decide between several that have the value.
        """
        declared = resource.sources(path)
        values = resource.peek(path)
        if not values and not declared:  # as nearly always
            return ()
        found: dict[str, Resource] = {}
        unresolved: Sentinel | None = None
        for value in values:
            for item in (value,) if value.__class__ is str else leaves(value):
                if item.__class__ is Sentinel:
                    unresolved = item
                elif isinstance(item, str) and (sharing := self._by_identity.get(item)) is not None:
                    meant = False
                    for urn in declared:
                        one = self.by_urn.get(urn)
                        if one is None or urn == resource.urn or (types and one.type not in types):
                            continue
                        if one is sharing[0] or _is(one, item):  # the first is meant nearly always
                            found[urn] = one
                            meant = True
                    if not meant and (able := self._first(item, types, resource.urn)) is not None:
                        found[able.urn] = able
        if unresolved is not None and not declared:
            meet(unresolved, resource.urn, path)
        if unresolved is not None or not found:
            for urn in declared:
                dependency = self.by_urn.get(urn)
                if dependency is not None and (not types or dependency.type in types):
                    found.setdefault(urn, dependency)
        return tuple(found.values())

    def _first(self, value: str, types: tuple[str, ...], but: str) -> Resource | None:
        """First of those that have `value`, of `types` when given, and not the one with the URN `but`."""
        sharing = self._by_identity[value]
        if sharing[0].urn != but and (not types or sharing[0].type in types):  # as nearly always
            return sharing[0]
        if types and len(sharing) > MOST_SHARING:  # as where all have one id: not looked through each time
            known = self._sharing.get((value, types))
            if known is None:
                known = self._sharing[value, types] = tuple(one for one in sharing if one.type in types)
            sharing = known
        return next((one for one in sharing if one.urn != but and (not types or one.type in types)), None)

    @cached_property
    def _sharing(self) -> dict[tuple[str, tuple[str, ...]], tuple[Resource, ...]]:
        return {}

    def referrers(self, target: Resource, *types: str) -> tuple[Resource, ...]:
        """Resources (of `types` when given) that depend on `target`."""
        present = tuple([token for token in types if token in self._by_type])
        if types and not present:  # as often: no stack has resources of most types
            return ()
        looked = self._looked_through(present)
        for uses in looked:
            for token in present if uses.untraced else ():
                meet_each(uses.untraced.get(token, ()))
        key = target.urn, present
        found = self._referrers.get(key)
        if found is None:
            found = self._referrers[key] = self._referring(target, present, looked)
        return found

    @cached_property
    def _referrers(self) -> dict[tuple[str, tuple[str, ...]], tuple[Resource, ...]]:
        return {}

    def _referring(self, target: Resource, types: tuple[str, ...], looked: Sequence[_Uses]) -> tuple[Resource, ...]:
        places: set[int] = set()
        values = identities(target)
        for uses in looked:
            places.update(uses.dependents.get(target.urn, ()))
            for value in values:
                users = uses.users.get(value)
                if users is not None and self._has(target, value):
                    for some in users.values() if not types else (users.get(token, ()) for token in types):
                        places.update(some)
        referring = {one.urn: one for place in sorted(places) if (one := self.resources[place]).urn != target.urn}
        return tuple([one for one in referring.values() if not types or one.type in types])

    def _has(self, resource: Resource, value: str) -> bool:
        """Whether `resource` is among the first of those that have `value`."""
        sharing = self._by_identity[value]
        return sharing[0] is resource or any(one.urn == resource.urn for one in sharing)

    def _looked_through(self, types: tuple[str, ...]) -> list[_Uses]:
        """What the resources of `types` use, or all of them: each is looked through when that is first asked."""
        if not types or "_uses_of_all" in self.__dict__:
            return [self._uses_of_all]
        for token in types:
            if token not in self._uses_of_types:
                self._uses_of_types[token] = self._uses(self._places[token])
        return [self._uses_of_types[token] for token in types]

    @cached_property
    def _uses_of_all(self) -> _Uses:
        return self._uses(range(len(self.resources)))

    @cached_property
    def _uses_of_types(self) -> dict[str, _Uses]:
        return {}

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        """Type -> places in the graph of the resources of that."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, resource in enumerate(self.resources):
            found[resource.type].append(place)
        return found

    def _uses(self, places: Iterable[int]) -> _Uses:
        """What the resources at `places` use, for which each input is looked at once."""
        users: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        dependents: dict[str, list[int]] = defaultdict(list)
        untraced: dict[str, list[tuple[str, str, Sentinel]]] = defaultdict(list)
        identities = self._by_identity
        for place in places:
            resource = self.resources[place]
            for urn in resource.dependencies:
                dependents[urn].append(place)
            for urns in resource.property_dependencies.values():
                for urn in urns:
                    if urn not in resource.dependencies:
                        dependents[urn].append(place)
            hides = False
            holders: list[Iterable[Any]] = [resource.inputs.values()]
            for values in holders:  # more of which are found on the way
                for one in values:
                    if one.__class__ is str:  # as nearly all are
                        meant = identities.get(one)
                        if meant is not None and (meant[0] is not resource or len(meant) > 1):  # not its own alone
                            using = users[one][resource.type]
                            if not using or using[-1] != place:
                                using.append(place)
                    elif isinstance(one, dict):
                        holders.append(one.values())
                    elif isinstance(one, (list, tuple)):
                        holders.append(one)
                    elif one.__class__ is Sentinel:
                        hides = True
            if hides:
                untraced[resource.type] += _untraced(resource)
        return _Uses(users, dependents, untraced)


class _Uses(NamedTuple):
    """What resources use; they are told by their places in the graph."""

    users: Mapping[str, Mapping[str, list[int]]]
    """Value by which some resource is meant -> type -> who use it."""
    dependents: Mapping[str, list[int]]
    """URN -> who say that they depend on it."""
    untraced: Mapping[str, list[tuple[str, str, Sentinel]]]
    """Type -> (URN, property, value) of what can't be read and comes from nobody knows where: it may refer."""


STACK_TYPE: Final = "pulumi:pulumi:Stack"
"""Type token of the root resource of every stack."""

MOST_SHARING: Final = 8
"""Resources of one type that a value may lead to, where the program does not declare which. An id that more of them
share tells nobody from another, and following it to each would take the square of their number."""

IDENTITY_OUTPUTS: Final = ("id", "arn", "name", "bucket", "url")
"""Outputs by which other resources refer to one, best first."""

_Step: TypeAlias = str | int | None


@cache
def _parse_path(path: str) -> tuple[_Step, ...]:
    """``a.b[0].c`` -> ("a", "b", 0, "c"); ``[*]`` -> None."""
    steps: list[_Step] = []
    for part in path.split("."):
        name, *indexes = part.split("[")
        if name:
            steps.append(name)
        for index in indexes:
            text = index.removesuffix("]")
            steps.append(None if text == "*" else int(text))
    return tuple(steps)


def first_step(path: str) -> str:
    """The property that `path` begins with."""
    return str(_parse_path(path)[0])


_ABSENT: Final = object()
_HIDDEN: Final = frozenset(map(id, (UNKNOWN, SECRET)))


def _walk(value: Any, steps: tuple[_Step, ...]) -> Iterator[Any]:
    if isinstance(value, Sentinel) or not steps:
        yield value
    elif (step := steps[0]) is None:
        if isinstance(value, (list, tuple)):
            for item in value:
                yield from _walk(item, steps[1:])
    elif isinstance(step, int):
        if isinstance(value, (list, tuple)) and -len(value) <= step < len(value):
            yield from _walk(value[step], steps[1:])
    elif isinstance(value, dict) and step in value:
        yield from _walk(dict.__getitem__(value, step), steps[1:])


def identities(resource: Resource) -> list[str]:
    """Values by which others refer to `resource`."""
    if not resource.custom:
        return []
    values = map(_plain(resource.outputs).get, IDENTITY_OUTPUTS)  # nobody asks for a value here
    return [value for value in values if isinstance(value, str) and value]


def _is(resource: Resource, value: str) -> bool:
    """Whether `value`, which is some resource's, is one of `resource`."""
    return value in identities(resource)


def _owners_first(value: str, holders: Iterable[Resource]) -> tuple[Resource, ...]:
    """The first few of each type of those that have `value`: before the others who does not only repeat it, from inputs
    of the same name."""
    sharing: dict[str, int] = {}
    own: dict[str, Resource] = {}
    repeated: dict[str, Resource] = {}
    for resource in holders:
        number = sharing.get(resource.type, 0)
        if number < MOST_SHARING and resource.urn not in own and resource.urn not in repeated:
            sharing[resource.type] = number + 1
            inputs, outputs = _plain(resource.inputs).get, _plain(resource.outputs).get
            for key in IDENTITY_OUTPUTS:
                if outputs(key) == value and inputs(key) != value:
                    own[resource.urn] = resource
                    break
            else:
                repeated[resource.urn] = resource
    return tuple({**own, **repeated}.values())


def _plain(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return properties if properties.__class__ is dict else dict(properties)


def _untraced(resource: Resource) -> Iterator[tuple[str, str, Sentinel]]:
    """(URN, property, value) of what can't be read in the inputs, and whose origin is not declared."""
    for key, value in _plain(resource.inputs).items():
        hidden = next((one for one in leaves(value) if one.__class__ is Sentinel), None)
        if hidden is not None and not resource.property_dependencies.get(key):
            yield resource.urn, key, hidden


def leaves(value: Any) -> list[Any]:
    """Everything inside `value` that holds nothing itself, in order."""
    if not isinstance(value, (dict, list, tuple)):
        return [value]
    found: list[Any] = []
    todo: list[Any] = [value]
    while todo:
        item = todo.pop()
        if item.__class__ is str:  # as nearly all are
            found.append(item)
        elif isinstance(item, dict):
            todo.extend(reversed(item.values()))
        elif isinstance(item, (list, tuple)):
            todo.extend(reversed(item))
        else:
            found.append(item)
    return found
