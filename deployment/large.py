"""Large deployments, read a state at a time: beside their text and the graph, one state at most is held.

What msgspec refuses, or is no stack that an engine keeps, is left to the reader, which says what is wrong with it. Of
what nobody asks for, such as when a state was written, no more is looked at than whether it is JSON.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from deployment.graph import STACK_TYPE, Resource
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

_STATE: Final[Any] = msgspec.defstruct(
    "_STATE",
    [
        ("urn", str),
        ("type", str),
        ("id", Raw, Raw(b"null")),
        ("inputs", dict[str, Raw] | None, None),
        ("outputs", dict[str, Raw] | None, None),
        ("parent", str | None, None),
        ("dependencies", list[str] | None, None),
        ("propertyDependencies", dict[str, list[str]] | None, None),
        ("custom", bool | UnsetType, UNSET),
        ("protect", bool, False),
        ("delete", bool, False),
        ("provider", str | None, None),
        *((key, Any, None) for key in OPTION_KEYS if key != "provider"),
    ],
    gc=False,
)
"""What is read of a state, as the engine writes it."""

_OTHER_OPTIONS: Final = attrgetter(*(key for key in OPTION_KEYS if key != "provider"))
_OPTIONS: Final = attrgetter(*OPTION_KEYS)

_NOTHING: Final[Mapping[str, Any]] = {}


class Resources:
    """Turns states into resources, for which equal parts of them are held once: outputs repeat inputs, and tags those
    of other resources."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._decode: Final = msgspec.json.Decoder(_STATE).decode
        self._value: Final = msgspec.json.Decoder().decode
        self._share: Final = sharing()
        self._values: Final[dict[bytes, Any]] = {}
        """JSON met so far -> what it says, where all of that can be read."""
        self._met: Final[dict[str, str]] = {}
        self._single: Final[dict[str, tuple[str, ...]]] = {}
        self._providers: Final[dict[str | None, Mapping[str, Any]]] = {None: _NOTHING, "": _NOTHING}

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
                    continue
                resource = resource_of(parsed, self._source, self._met)
            if resource is not None:
                yield resource

    def _resource(self, raw: Raw) -> Resource | None:
        state = self._decode(raw)
        if state.delete:  # what waits for its deletion is no part of the stack any more
            return None
        if not state.urn or not state.type:
            raise ValueError
        met = self._met
        urn, token = urn_of(state.urn, met), urn_of(state.type, met)
        inputs = self._readable(state.inputs) if state.inputs else _NOTHING
        outputs = self._readable(state.outputs) if state.outputs else _NOTHING
        identifier = self._readable({"id": state.id})
        if bytes(state.id).startswith(b'"'):
            outputs = {**identifier, **outputs}
        by_property = state.propertyDependencies
        if by_property:
            for key, urns in by_property.items():
                by_property[key] = self._urns(urns)
        custom = state.custom
        return Resource(
            urn,
            token,
            name_of(urn),
            inputs,
            outputs,
            urn_of(state.parent, met) if state.parent else None,
            self._urns(state.dependencies) if state.dependencies else (),
            by_property or _NOTHING,
            token != STACK_TYPE if custom is UNSET else custom,
            state.protect,
            self._options(state),
        )

    def _readable(self, properties: dict[str, Any]) -> dict[str, Any]:
        """`readable` properties, of which each is looked through once for all that say the same."""
        if SIGNATURE_KEY in properties:  # all of them are one secret, or unknown
            raise ValueError
        known = self._values
        veiled = False
        for key, raw in properties.items():
            said = bytes(raw)
            value = known.get(said)
            if value is None and said != b"null":
                parsed = self._value(raw)
                value = readable(parsed, 1)
                if value is parsed:
                    known[said] = value
                else:
                    veiled = True
            properties[key] = value
        return Veiled(properties) if veiled else properties

    def _urns(self, urns: list[str]) -> tuple[str, ...]:
        if len(urns) != 1:
            return tuple([urn_of(urn, self._met) for urn in urns])
        found = self._single.get(urns[0])
        if found is None:
            found = self._single[urns[0]] = (urn_of(urns[0], self._met),)
        return found

    def _options(self, state: Any) -> Mapping[str, Any]:
        """Options of a state; nearly all have none but their provider, which others have, too."""
        if any(_OTHER_OPTIONS(state)):
            return {
                key: urn_of(value, self._met) if isinstance(value, str) else value
                for key, value in zip(OPTION_KEYS, _OPTIONS(state), strict=True)
                if value
            }
        found = self._providers.get(state.provider)
        if found is None:
            found = self._providers[state.provider] = {"provider": urn_of(state.provider, self._met)}
        return found
