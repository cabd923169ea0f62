"""Reads a stack from the files that Pulumi writes: exports, `preview --json`, states of a backend; and our own preview.

Such a file comes from outside: its size and shape are checked here, once, and the rest of the code
may rely on what it gets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn

from deployment import preview
from deployment.errors import EncryptedError, InputError
from deployment.garbage import no_garbage_collection
from deployment.graph import STACK_TYPE, Resource, ResourceGraph
from deployment.sharing import sharing
from deployment.source import read_bytes
from deployment.unknown import SECRET
from deployment.urn import name_of, plain
from deployment.values import NestedTooDeepError, readable


def graph_from_file(path: str) -> ResourceGraph:
    """Graph of the stack in the file `path`, which may be gzip; ``-`` is standard input. Raises InputError."""
    source = "standard input" if path == "-" else plain(path)
    with no_garbage_collection():  # looking for it takes as long as the reading
        return _graph(_parsed(_decoded(read_bytes(path), source), source), source, drain=True)


def plan_from_file(path: str) -> tuple[ResourceGraph, ResourceGraph | None]:
    """As `graph_from_file`, and what is deployed: for the output of ``pulumi preview --json``, which tells both.

    None for any other file, and for a stack that isn't deployed yet.
    """
    source = "standard input" if path == "-" else plain(path)
    with no_garbage_collection():
        document = _parsed(_decoded(read_bytes(path), source), source)
        told = isinstance(document, dict) and "deployment" not in document and "steps" in document
        before = preview.deployed(document) if told else []
        return _graph(document, source, drain=True), _graph(before, source) if before else None


def refresh_from_file(path: str) -> tuple[ResourceGraph, ResourceGraph, Mapping[str, frozenset[str]]]:
    """What is there, what the state says, and what differs (URN -> properties), in the output of ``pulumi refresh
    --preview-only --json``. Raises InputError when the file `path` is none."""
    source = "standard input" if path == "-" else plain(path)
    with no_garbage_collection():
        document = _parsed(_decoded(read_bytes(path), source), source)
        differences = preview.drifted(document) if isinstance(document, dict) else None
        if differences is None:
            raise InputError(
                f"{source}: no refresh; give what `pulumi refresh --preview-only --json` writes, or two exports"
            )
        before = _graph(preview.deployed(document), source)
        return _graph(document, source, drain=True), before, differences


def graph_from_text(text: str | bytes, source: str) -> ResourceGraph:
    """Graph of the stack in the JSON `text`; `source` names the file in errors. Raises InputError."""
    with no_garbage_collection():
        return _graph(_parsed(text if isinstance(text, str) else _decoded(text, source), source), source, drain=True)


def graph_from_json(document: Any, source: str) -> ResourceGraph:
    """Graph of the stack that a parsed Pulumi JSON `document` describes.

    Accepts a stack export (with or without its envelope), the state file of a backend, and the output of
    ``pulumi preview --json``. `source` names the file in errors. Raises InputError when it is none of them, or
    tells of a preview that failed.
    """
    return _graph(document, source)


def _decoded(content: bytes, source: str) -> str:
    """`content` as text, as `json.loads` takes it; apart, so that bytes and text of a large file are not held both."""
    try:
        return content.decode(json.detect_encoding(content), "surrogatepass")
    except ValueError as error:
        raise InputError(f"{source}: not readable as JSON: it is no text; {_EXPECTED}") from error


def _parsed(text: str, source: str) -> Any:
    if not text.strip("\ufeff \t\r\n"):
        raise InputError(f"{source}: not readable as JSON: it is empty; {_EXPECTED}")
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse_constant, object_hook=sharing())
    except (ValueError, RecursionError) as error:
        if str(error).startswith("Extra data"):
            raise InputError(f"{source}: several JSON documents, one after the other; {_EXPECTED}") from error
        raise InputError(f"{source}: not readable as JSON: {error}; {_EXPECTED}") from error


def _graph(document: Any, source: str, *, drain: bool = False) -> ResourceGraph:
    """`drain` takes the states out of a document of ours one by one, for a large one fills the memory twice."""
    states = _states(document, source)
    if drain and isinstance(states, list):
        states = _drained(states)
    shared: dict[str, str] = {}
    graph = ResourceGraph(
        _resource(state, source, shared)
        for state in states
        # What waits for its deletion is no part of the stack any more.
        if not (isinstance(state, dict) and state.get("delete") is True)
    )
    _refuse_circles(graph, source)
    return graph


def _refuse_circles(graph: ResourceGraph, source: str) -> None:
    """Refuse a resource that is above itself: no engine writes that, and looking upwards would never end."""
    sound: set[str] = set()
    for resource in graph:
        met: dict[str, None] = {}
        current: Resource | None = resource
        while current is not None and current.urn not in sound:
            if current.urn in met:
                raise InputError(f"{source}: {current.urn}: is its own parent, or above it")
            met[current.urn] = None
            current = graph.by_urn.get(current.parent or "")
        sound.update(met)


def _drained(states: list[Any]) -> Iterator[Any]:
    states.reverse()
    while states:
        yield states.pop()


_EXPECTED: Final = "give what `pulumi stack export` or `pulumi preview --json --show-sames` writes"


def _states(document: Any, source: str) -> Iterable[Any]:
    """The states of resources in `document`, whatever it is wrapped in."""
    if isinstance(document, list) and document:
        if all(isinstance(item, dict) and "urn" in item for item in document):
            return document
        if len(document) == 1:
            return _states(document[0], source)
        raise InputError(f"{source}: a list of {len(document)} documents; {_EXPECTED}, a stack in each file")
    if not isinstance(document, dict):
        raise InputError(f"{source}: not a Pulumi deployment; {_EXPECTED}")
    if "terraform_version" in document:
        raise InputError(f"{source}: a state of Terraform; {_EXPECTED}")
    if "resourcePlans" in document:
        raise InputError(f"{source}: an update plan (`--save-plan`), which holds no whole stack; {_EXPECTED}")
    checkpoint = document.get("checkpoint", document)
    for envelope, key in ((document, "deployment"), (checkpoint, "latest")):
        if isinstance(envelope, dict) and key in envelope:
            # Pulumi writes null, or nothing at all, for a stack that was never deployed.
            return _deployed(envelope[key], source) if envelope[key] is not None else ()
    if document.keys() & preview.KEYS:
        return preview.previewed(document, source)
    return _deployed(document, source)


def _deployed(deployment: Any, source: str) -> list[Any]:
    if isinstance(deployment, dict):
        # Pulumi leaves the list out where it is empty: a stack that was destroyed, or never deployed.
        resources = deployment.get("resources")
        if resources is None and ("resources" in deployment or isinstance(deployment.get("manifest"), dict)):
            return []
        if isinstance(resources, list):
            return resources
    raise InputError(f"{source}: not a Pulumi deployment; {_EXPECTED}")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _resource(state: Any, source: str, shared: dict[str, str]) -> Resource:
    """Resource of one `state`; `shared` holds the URNs met so far, each of which a file repeats many times."""

    if not isinstance(state, dict) or not _is_text(state.get("urn")) or not _is_text(state.get("type")):
        raise InputError(f"{source}: a resource without urn and type in plain text: {_shown(str(state)[:80])}")
    urn, token = _urn(state["urn"], shared), _urn(state["type"], shared)
    try:
        return Resource(
            urn=urn,
            type=token,
            name=name_of(urn),
            inputs=_inputs(state),
            outputs=_outputs(state),
            parent=_urn(state["parent"], shared) if _is_text(state.get("parent")) else None,
            dependencies=_urns(state.get("dependencies"), "dependencies", shared),
            property_dependencies={
                key: _urns(urns, "propertyDependencies", shared)
                for key, urns in _object(state, "propertyDependencies").items()
            },
            custom=bool(state.get("custom", token != STACK_TYPE)),
            protect=bool(state.get("protect", False)),
            options={
                key: _urn(value, shared) if isinstance(value, str) else value
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
    found: Mapping[str, Any] = inputs
    return found


def _outputs(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Outputs, with the id that a state keeps beside them; other resources refer to it.

    A component may register its outputs as one secret object; then none of them can be read.
    """
    outputs: Any = readable(_object(state, "outputs"))
    if outputs is SECRET:
        outputs = {}
    identifier = state.get("id")
    found: Mapping[str, Any] = {"id": readable(identifier), **outputs} if isinstance(identifier, str) else outputs
    return found


def _object(state: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = state.get(key) or {}
    if not isinstance(value, dict):
        raise _MalformedError(f"{key} must be an object, not {type(value).__name__}")
    return value


def _urn(text: str, shared: dict[str, str]) -> str:
    found = shared.get(text)
    if found is None:
        found = plain(text)
        found = shared[text] = shared.setdefault(found, found)
    return found


def _urns(value: Any, key: str, shared: dict[str, str]) -> tuple[str, ...]:
    if not value:
        return ()
    if isinstance(value, list):
        try:
            return tuple([shared[urn] for urn in value])  # met before, as nearly all
        except (KeyError, TypeError):
            if all(isinstance(urn, str) for urn in value):
                return tuple(_urn(urn, shared) for urn in value)
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
