"""Large deployments, read a state at a time: beside their text and the graph, one state at most is held.

What msgspec refuses, or is no stack that an engine keeps, is left to the reader, which says what is wrong with it. Of
what nobody asks for, such as when a state was written, no more is looked at than whether it is JSON.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, make_dataclass
from itertools import chain, starmap
from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from deployment.graph import STACK_TYPE, Resource
from deployment.second_process import done_by_two, has_a_second_core
from deployment.sharing import sharing
from deployment.states import OPTION_KEYS, resource_of, urn_of
from deployment.urn import name_of
from deployment.values import SIGNATURE_KEY, Veiled, readable


class _Deployment(msgspec.Struct):
    resources: list[Raw]


class _Checkpoint(msgspec.Struct):
    latest: _Deployment


class _Document(msgspec.Struct, rename="camel"):
    """What an export, or the state file of a backend, is wrapped in."""

    deployment: _Deployment | UnsetType = UNSET
    checkpoint: _Checkpoint | UnsetType = UNSET
    resource_plans: Raw = Raw()
    terraform_version: Raw = msgspec.field(default=Raw(), name="terraform_version")


def states_of(content: bytes) -> list[Raw] | None:
    """The states in the export or state file `content`; None where it is something else, or damaged."""
    try:
        document = msgspec.json.decode(content, type=_Document)
        if document.terraform_version or document.resource_plans or not _is_utf8(content):
            return None
    except (ValueError, RecursionError):
        return None
    if document.deployment:
        return document.deployment.resources
    return document.checkpoint.latest.resources if document.checkpoint else None


def _is_utf8(content: bytes) -> bool:
    """Whether all of `content` is text; msgspec does not look at the strings of what it skips."""
    if not content.isascii():
        decoder = codecs.getincrementaldecoder("utf-8")()
        for start in range(0, len(content), _PIECE_BYTES):
            decoder.decode(content[start : start + _PIECE_BYTES])
        decoder.decode(b"", final=True)
    return True


_PIECE_BYTES: Final = 1 << 20

_NULL: Final = Raw(b"null")


class _State(msgspec.Struct, rename="camel", gc=False):
    """What is read of a state, as the engine writes it."""

    urn: str
    type: str
    id: Raw = _NULL
    inputs: dict[str, Raw] | None = None
    outputs: dict[str, Raw] | None = None
    parent: str | None = None
    dependencies: Raw = _NULL
    property_dependencies: dict[str, Raw] | None = None
    custom: bool | UnsetType = UNSET
    protect: bool = False
    delete: bool = False
    # The options of OPTION_KEYS.
    aliases: Any = None
    custom_timeouts: Any = None
    delete_before_replace: Any = None
    deleted_with: Any = None
    external: Any = None
    ignore_changes: Any = None
    provider: str | None = None
    replace_on_changes: Any = None
    replace_with: Any = None
    replacement_trigger: Any = None
    retain_on_delete: Any = None


_FIELD_OF: Final = dict(zip(_State.__struct_encode_fields__, _State.__struct_fields__, strict=True))
"""Name in JSON -> name in _State."""

_DRAFT: Final[Any] = make_dataclass("_DRAFT", [one.name for one in fields(Resource)], slots=True)
"""A resource while it is made: to fill a frozen one takes four times as long, a fifth of all the reading. And what a
process tells another of it."""

_FIELDS: Final = attrgetter(*_DRAFT.__slots__)


def _made(*values: Any) -> Resource:
    resource = _DRAFT(*values)
    resource.__class__ = Resource
    made: Resource = resource
    return made


_QUOTE: Final = ord('"')

_NOTHING: Final[Mapping[str, Any]] = {}
"""What all hold that have no properties or options."""


FEWEST_STATES: Final = 4_000
"""Below, a second process takes longer to start, and to tell what it read, than it saves."""
PIECES: Final = 200
"""Of the states, each of which a process takes at a time."""


def resources_of(states: list[Raw], source: str, meanwhile: Callable[[], object]) -> Iterable[Resource]:
    """Resources of `states`, which are none any more then; of many, a second process reads a part, while this one does
    `meanwhile` and then reads the rest.

    Raises what `Resources.of` does.
    """
    read = Resources(source).of
    if len(states) < FEWEST_STATES or not has_a_second_core():
        return read(states)
    size = len(states) // PIECES + 1
    pieces = [states[place : place + size] for place in range(0, len(states), size)]
    states.clear()
    found = done_by_two(
        range(len(pieces)),
        lambda number: list(read(pieces[number])),
        tell=lambda resources: list(chain.from_iterable(map(_FIELDS, resources))),
        heard=_resources_in,
        first=meanwhile,
    )
    return chain.from_iterable(found.values())


def _resources_in(told: list[Any]) -> list[Resource]:
    """Resources of which a process told one field after the other; nothing of it is left, for its list is kept."""
    resources = list(starmap(_made, zip(*[iter(told)] * len(_DRAFT.__slots__), strict=True)))
    told.clear()
    return resources


class Resources:
    """Turns states into resources, for which equal parts of them are held once: outputs repeat inputs, and tags those
    of other resources."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._share: Final = sharing()
        self._state: Final = msgspec.json.Decoder(_State).decode
        self._value: Final = msgspec.json.Decoder().decode
        self._list: Final = msgspec.json.Decoder(list[str] | None).decode
        self._values: Final[dict[bytes, Any]] = {}
        """JSON met so far -> what it says, where all of that can be read."""
        self._urns: Final[dict[str, str]] = {}
        self._lists: Final[dict[bytes, tuple[str, ...]]] = {}
        """JSON met so far of lists of one URN -> the list."""
        self._providers: Final[dict[str | None, Mapping[str, Any]]] = {}

    def of(self, states: list[Raw]) -> Iterator[Resource]:
        """Resources of `states`, which are none any more then. Raises InputError, and ValueError or RecursionError for
        what no JSON is."""
        states.reverse()
        while states:
            state = states.pop()
            try:
                resource = self._resource(state)
            except (ValueError, RecursionError):  # of another shape, or with a number that is none elsewhere
                parsed = json.loads(bytes(state), object_hook=self._share)
                if isinstance(parsed, dict) and parsed.get("delete") is True:
                    continue  # what waits for its deletion is no part of the stack any more
                resource = resource_of(parsed, self._source, self._urns)
            yield resource

    def _resource(self, raw: Raw) -> Resource:
        state = self._state(raw)
        if state.delete or not state.urn or not state.type:
            raise ValueError
        met, urn, parent = self._urns, state.urn, state.parent
        # Here and below: a call that is spared a hundred thousand times is worth a line.
        urn = met.setdefault(urn, urn) if urn.isprintable() else urn_of(urn, met)
        token = met.get(state.type) or urn_of(state.type, met)
        inputs: Any = state.inputs
        outputs: Any = state.outputs
        said = b"" + state.id
        if said[0] == _QUOTE:
            identified = {"id": self._values.get(said) or self._new(said)}
            if outputs:
                self._read(outputs, identified)
            outputs = identified
        elif said != b"null":
            raise ValueError
        elif outputs and self._read(outputs, outputs):
            outputs = Veiled(outputs)
        if inputs and self._read(inputs, inputs):
            inputs = Veiled(inputs)
        by_property: Any = state.property_dependencies
        if by_property:
            for key, listed in by_property.items():
                by_property[key] = self._lists.get(b"" + listed) or self._listed(listed)
        return _made(
            urn,
            token,
            name_of(urn),
            inputs or _NOTHING,
            outputs or _NOTHING,
            (met.get(parent) or urn_of(parent, met)) if parent else None,
            () if state.dependencies is _NULL else self._listed(state.dependencies),
            by_property or _NOTHING,
            token != STACK_TYPE if state.custom is UNSET else state.custom,
            state.protect,
            self._options(state),
        )

    def _read(self, properties: Mapping[str, Raw], found: dict[str, Any]) -> bool:
        """Puts `properties` into `found`, `readable`; True where some can't be read. Each is looked through once for
        all that say the same."""
        if SIGNATURE_KEY in properties:  # all of them are one secret, or unknown
            raise ValueError
        known = self._values
        veiled = False
        for key, raw in properties.items():
            said = b"" + raw
            value = known.get(said)
            if value is None and said != b"null":
                value = self._new(said)
                veiled = veiled or said not in known
            found[key] = value
        return veiled

    def _new(self, said: bytes) -> Any:
        """What the JSON `said` says, which is met for the first time, or can't be read."""
        parsed = self._value(said)
        value = readable(parsed, 1)
        if value is parsed:
            self._values[said] = value
        return value

    def _listed(self, raw: Raw) -> tuple[str, ...]:
        """The URNs of a list; most have one, and all that depend on one alone hold the same list."""
        said = b"" + raw
        found = self._lists.get(said)
        if found is None:
            found = tuple([urn_of(urn, self._urns) for urn in self._list(said) or ()])
            if len(found) < 2:
                self._lists[said] = found
        return found

    def _options(self, state: _State) -> Mapping[str, Any]:
        """Options of a state; nearly all have none but their provider, which others have, too."""
        if (
            state.ignore_changes
            or state.aliases
            or state.custom_timeouts
            or state.delete_before_replace
            or state.deleted_with
            or state.external
            or state.replace_on_changes
            or state.replace_with
            or state.replacement_trigger
            or state.retain_on_delete
        ):
            return {
                key: urn_of(value, self._urns) if isinstance(value, str) else value
                for key in OPTION_KEYS
                if (value := getattr(state, _FIELD_OF[key]))
            }
        provider = state.provider
        found = self._providers.get(provider)
        if found is None:
            found = self._providers[provider] = {"provider": urn_of(provider, self._urns)} if provider else _NOTHING
        return found
