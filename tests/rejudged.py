"""Runs rules again on copies of a stack that differ in a few properties, and only those that read one of them.

A rule is a function of what it reads: its other inputs, the pack's configuration and the day, are the same for every
copy. `Readers` runs each rule once, on its own context and graph so that nothing is remembered from another rule, and
notes every property that it asks a resource for; of a resource whose inputs or outputs it takes as a whole it has read
all. Where a copy differs in none of that, the rule says what it said. What can't be told apart so simply (a resource
that is gone, another name, another parent) runs every rule, and the tests that use this judge every so many copies
whole to compare.
"""

import contextlib
from itertools import chain
from unittest.mock import patch

from deployment.graph import Resource, ResourceGraph, identities, leaves
from deployment.reader import graph_from_json
from deployment.unknown import Sentinel

WHOLE, DEPENDENCIES, OPTIONS, REFERRERS, UNTRACED = "*", "*dependencies", "*options", "*referrers", "*untraced"
"""In place of a property: all of a resource, its dependencies, its options, who refers to it, and what of the resources
of a type can't be read."""
KEPT = ("urn", "type", "name", "parent", "custom", "protect")
"""What copies may not differ in."""

_noted: list[set[tuple[str, str]]] = []
"""Sets that what is read goes into: the last one."""


@contextlib.contextmanager
def noting():
    _noted.append(set())
    try:
        yield _noted[-1]
    finally:
        _noted.pop()


def _note(urn, what):
    if _noted:
        _noted[-1].add((urn, what))


def _first(path):
    return path.partition(".")[0].partition("[")[0]


class NotingDict(dict):
    """Properties that note which of them are asked for; where all are, in whatever way, the whole resource is."""

    def __init__(self, plain, urn):
        super().__init__(plain)
        self.plain, self.about = plain, urn

    def get(self, key, default=None):
        _note(self.about, key)
        return self.plain.get(key, default)

    def __getitem__(self, key):
        _note(self.about, key)
        return self.plain[key]

    def __contains__(self, key):
        _note(self.about, key)
        return key in self.plain


def _all_properties(name):
    def read(self, *others):
        _note(self.about, WHOLE)
        return getattr(self.plain, name)(*others)

    return read


# An `__iter__` of its own keeps `dict(…)`, `{**…}` and `update` from taking the short way that a plain dict has.
for _name in ("__iter__", "__len__", "__eq__", "__ne__", "__or__", "__ror__", "__repr__", "__reversed__"):
    setattr(NotingDict, _name, _all_properties(_name))
for _name in ("copy", "items", "keys", "values"):
    setattr(NotingDict, _name, _all_properties(_name))


def _same(name):
    return property(lambda self: getattr(self.plain, name))


def _noted_as(name, what):
    def read(self):
        _note(self.plain.urn, what)
        return getattr(self.plain, name)

    return property(read)


def _at_path(name):
    def read(self, path, *others):
        _note(self.plain.urn, _first(path))
        return getattr(self.plain, name)(path, *others)

    return read


class _Noting(Resource):
    """A resource that notes what it is asked for; a changed copy of it (`dataclasses.replace`) is a plain one."""

    __slots__ = ("inputs", "outputs", "plain", "property_dependencies")

    def __new__(cls, plain=None, **fields):
        return Resource(**fields) if plain is None else object.__new__(cls)

    def __init__(self, plain):
        object.__setattr__(self, "plain", plain)
        for part in ("inputs", "outputs", "property_dependencies"):
            object.__setattr__(self, part, NotingDict(getattr(plain, part), plain.urn))

    def __eq__(self, other):
        if not isinstance(other, Resource) or other.urn != self.urn:
            return False
        _note(self.urn, WHOLE)
        return self.plain == getattr(other, "plain", other)

    __hash__ = None

    urn, type, name, parent, custom, protect = map(_same, KEPT)
    dependencies, options = _noted_as("dependencies", DEPENDENCIES), _noted_as("options", OPTIONS)
    get, all, gives, sources, peek = map(_at_path, ("get", "all", "gives", "sources", "peek"))


@contextlib.contextmanager
def _noting_graphs():
    """Graphs note which of their look-ups were asked, and what these read to answer goes by them."""

    def referenced(self, resource, path, *types):
        _note(resource.urn, _first(path))
        with noting():
            return plain_referenced(self, resource, path, *types)

    def referrers(self, target, *types):
        _note(target.urn, REFERRERS)
        for token in types:
            _note(token, UNTRACED)
        with noting():
            return plain_referrers(self, target, *types)

    plain_referenced, plain_referrers = ResourceGraph.referenced, ResourceGraph.referrers
    with patch.object(ResourceGraph, "referenced", referenced), patch.object(ResourceGraph, "referrers", referrers):
        yield


def _shown(resource, key):
    """What is at `key`, in a way in which True is not 1, and nothing is not null."""
    parts = (resource.inputs, resource.outputs, resource.property_dependencies)
    return repr([dict(part).get(key, Resource) for part in parts])


def _differences(before, after):
    """Which of what a rule may read differs between two states of one resource; None where that can't be told."""
    if any(getattr(before, name) != getattr(after, name) for name in KEPT):
        return None
    if list(identities(before)) != list(identities(after)):  # so anybody may refer to something else
        return None
    parts = [part for one in (before, after) for part in (one.inputs, one.outputs, one.property_dependencies)]
    found = {(before.urn, key) for key in {*chain(*parts)} if _shown(before, key) != _shown(after, key)}
    found |= {(before.urn, DEPENDENCIES)} if before.dependencies != after.dependencies else set()
    found |= {(before.urn, OPTIONS)} if before.options != after.options else set()
    return found | {(before.urn, WHOLE)} if found else found


class Readers:
    """What each of some functions of a context reads of one stack, which is a deployment as it is recorded."""

    def __init__(self, document, context_of, functions):
        self.states = document["deployment"]["resources"]
        self.graph = graph_from_json(document, "the stack itself")
        assert len(self.graph) == len(self.states)
        self.read = {}
        resources = tuple(map(_Noting, self.graph))
        for name, function in functions.items():
            with _noting_graphs(), noting() as self.read[name]:
                function(context_of(ResourceGraph(resources)))

    def changed(self, document):
        """(graph of `document`, names of the functions that may say something else about it than about the stack)."""
        states = document["deployment"]["resources"]
        if len(states) != len(self.states):
            return graph_from_json(document, "a copy"), set(self.read)
        resources, differences = list(self.graph), set()
        for place, (before, after) in enumerate(zip(self.states, states, strict=True)):
            if before is after:
                continue
            [resources[place]] = graph_from_json({"deployment": {"resources": [after]}}, "a copy")
            found = self._differences(self.graph.resources[place], resources[place])
            if found is None or differences is None:
                differences = None
            else:
                differences |= found
        graph = ResourceGraph(resources)
        if differences is None:
            return graph, set(self.read)
        return graph, {name for name, read in self.read.items() if read & differences}

    def _differences(self, before, after):
        found = _differences(before, after)
        if not found:
            return found
        hidden = [self._hidden(one) for one in (before, after)]
        if hidden[0] != hidden[1]:
            found.add((before.type, UNTRACED))
        targets = [self._targets(one) for one in (before, after)]
        return found | {(urn, REFERRERS) for urn in targets[0] ^ targets[1]}

    def _targets(self, resource):
        """URNs of what `resource` refers to, as `ResourceGraph.referrers` has it."""
        found = set(resource.dependencies).union(*resource.property_dependencies.values())
        for value in leaves(resource.inputs):
            if isinstance(value, str):
                found.update(target.urn for target in self.graph._by_identity.get(value, ()))
        return found

    @staticmethod
    def _hidden(resource):
        """What of `resource` can't be read and comes from nobody knows where."""
        return [
            (key, next((repr(leaf) for leaf in leaves(value) if isinstance(leaf, Sentinel)), None))
            for key, value in resource.inputs.items()
            if not resource.property_dependencies.get(key)
        ]
