"""A state of a deployment, as the engine writes it, turned into a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from deployment.errors import EncryptedError, InputError
from deployment.graph import STACK_TYPE, Resource
from deployment.unknown import SECRET
from deployment.urn import name_of, plain
from deployment.values import NestedTooDeepError, readable


def resource_of(state: Any, source: str, shared: dict[str, str]) -> Resource:
    """Resource of one `state`; `shared` holds the URNs met so far, each of which a file repeats many times.

    Raises InputError, which says where in the file `source` what is wrong.
    """

    if not isinstance(state, dict) or not _is_text(state.get("urn")) or not _is_text(state.get("type")):
        raise InputError(f"{source}: a resource without urn and type in plain text: {_shown(str(state)[:80])}")
    urn, token = urn_of(state["urn"], shared), urn_of(state["type"], shared)
    try:
        return Resource(
            urn=urn,
            type=token,
            name=name_of(urn),
            inputs=_inputs(state),
            outputs=_outputs(state),
            parent=urn_of(state["parent"], shared) if _is_text(state.get("parent")) else None,
            dependencies=_urns(state.get("dependencies"), "dependencies", shared),
            property_dependencies={
                key: _urns(urns, "propertyDependencies", shared)
                for key, urns in _object(state, "propertyDependencies").items()
            },
            custom=bool(state.get("custom", token != STACK_TYPE)),
            protect=bool(state.get("protect", False)),
            options={
                key: urn_of(value, shared) if isinstance(value, str) else value
                for key in OPTION_KEYS
                if (value := state.get(key))
            },
        )
    except _VeiledError as error:
        raise EncryptedError(f"{source}: {urn}: {error}") from error
    except (_MalformedError, NestedTooDeepError) as error:
        raise InputError(f"{source}: {urn}: {error}") from error


class _MalformedError(Exception):
    """A part of a resource has another shape than Pulumi writes."""


class _VeiledError(_MalformedError):
    """A resource is one secret."""


def _inputs(state: Mapping[str, Any]) -> Mapping[str, Any]:
    inputs = readable(_object(state, "inputs"))
    if inputs is SECRET:
        raise _VeiledError("inputs is one secret value, so nothing about the resource can be judged")
    if not isinstance(inputs, dict):
        raise _MalformedError("inputs must be an object, not an output")
    found: Mapping[str, Any] = inputs
    return found


def _outputs(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Outputs, with the id that a state keeps beside them; other resources refer to it.

    A component may register its outputs as one output, secret or without a value; then none of them can be read.
    """
    outputs: Any = readable(_object(state, "outputs"))
    if not isinstance(outputs, dict):
        outputs = {}
    identifier = state.get("id")
    found: Mapping[str, Any] = {"id": readable(identifier), **outputs} if isinstance(identifier, str) else outputs
    return found


def _object(state: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = state.get(key) or {}
    if not isinstance(value, dict):
        raise _MalformedError(f"{key} must be an object, not {type(value).__name__}")
    return value


def urn_of(text: str, shared: dict[str, str]) -> str:
    """`text`, plain, and one object however often it is met; `shared` holds those."""
    found = shared.get(text)
    if found is None:
        found = plain(text)
        if found is not text:
            found = shared.setdefault(found, found)
        shared[text] = found
    return found


def _urns(value: Any, key: str, shared: dict[str, str]) -> tuple[str, ...]:
    if not value:
        return ()
    if isinstance(value, list):
        try:
            return tuple([shared[urn] for urn in value])  # met before, as nearly all
        except (KeyError, TypeError):
            if all(isinstance(urn, str) for urn in value):
                return tuple(urn_of(urn, shared) for urn in value)
    raise _MalformedError(f"{key} must be a list of URNs")


def _is_text(value: Any) -> bool:
    """True for text of whole characters; half of one (a lone surrogate) can't be written anywhere."""
    if not isinstance(value, str) or value == "":
        return False
    return value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value)


def _shown(text: str) -> str:
    return text if text.isprintable() else ascii(text)[1:-1]


OPTION_KEYS: Final = (
    "aliases",
    "customTimeouts",
    "deleteBeforeReplace",
    "deletedWith",
    "external",
    "ignoreChanges",
    "provider",
    "replaceOnChanges",
    "replaceWith",
    "replacementTrigger",
    "retainOnDelete",
)
"""Resource options that a deployment keeps, beside protect."""
