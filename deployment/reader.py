"""Reads a stack from the files that Pulumi writes: exports, `preview --json`, states of a backend; and our own preview.

Such a file comes from outside: its size and shape are checked here, once, and the rest of the code
may rely on what it gets.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn

from deployment import preview
from deployment.errors import EncryptedError, InputError, why_not_json
from deployment.garbage import no_garbage_collection
from deployment.graph import Resource, ResourceGraph
from deployment.sharing import sharing
from deployment.source import read_bytes
from deployment.states import resource_of
from deployment.urn import plain

LARGE_BYTES: Final = 1_000_000
"""Size from which it pays to import what reads large files (8 ms)."""

MOST_PROBLEMS: Final = 20
"""Resources that an error tells of by name."""


def graph_from_file(path: str, meanwhile: Callable[[], object] = lambda: None) -> ResourceGraph:
    """Graph of the stack in the file `path`, which may be gzip; ``-`` is standard input. Raises InputError.

    `meanwhile` is called where a second process has begun to read: to import what is needed next.
    """
    source = "standard input" if path == "-" else plain(path)
    with no_garbage_collection():  # looking for it takes as long as the reading
        graph, document = _read(read_bytes(path), source, meanwhile)
        return _graph(document, source, drain=True) if graph is None else graph


def plan_from_file(
    path: str, meanwhile: Callable[[], object] = lambda: None
) -> tuple[ResourceGraph, ResourceGraph | None]:
    """As `graph_from_file`, and what is deployed: for the output of ``pulumi preview --json``, which tells both.

    None for any other file, and for a stack that isn't deployed yet.
    """
    source = "standard input" if path == "-" else plain(path)
    with no_garbage_collection():
        graph, document = _read(read_bytes(path), source, meanwhile)
        told = isinstance(document, dict) and "deployment" not in document and "steps" in document
        before = preview.deployed(document) if told else []
        graph = _graph(document, source, drain=True) if graph is None else graph
        return graph, _graph(before, source) if before else None


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
        graph, document = (None, _parsed(text, source)) if isinstance(text, str) else _read(text, source)
        return _graph(document, source, drain=True) if graph is None else graph


def graph_from_json(document: Any, source: str) -> ResourceGraph:
    """Graph of the stack that a parsed Pulumi JSON `document` describes.

    Accepts a stack export (with or without its envelope), the state file of a backend, and the output of
    ``pulumi preview --json``. `source` names the file in errors. Raises InputError when it is none of them, or
    tells of a preview that failed.
    """
    return _graph(document, source)


def _read(
    content: bytes, source: str, meanwhile: Callable[[], object] = lambda: None
) -> tuple[ResourceGraph | None, Any]:
    """Graph of the stack in a large export or state file `content`; of any other None, and the document in it."""
    graph = _large(content, source, meanwhile)
    if graph is not None:
        return graph, None
    text = _decoded(content, source)
    del content  # of a large file no more is held than has to be
    return None, _parsed(text, source)


def _large(content: bytes, source: str, meanwhile: Callable[[], object]) -> ResourceGraph | None:
    if len(content) < LARGE_BYTES:
        return None
    from deployment.large import resources_of, states_of

    states = states_of(content)
    if states is None:
        return None
    try:
        graph = ResourceGraph(resources_of(states, source, meanwhile))
    except (ValueError, RecursionError, InputError):  # no JSON after all, or no resource; the reader says all that is
        return None
    _refuse_circles(graph, source)
    return graph


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
        raise InputError(f"{source}: not readable as JSON: {why_not_json(error)}; {_EXPECTED}") from error


def _graph(document: Any, source: str, *, drain: bool = False) -> ResourceGraph:
    """`drain` takes the states out of a document of ours one by one, for a large one fills the memory twice."""
    states = _states(document, source)
    if drain and isinstance(states, list):
        states = _drained(states)
    problems: list[InputError] = []
    graph = ResourceGraph(_resources(states, source, problems))
    if problems:
        kind = EncryptedError if all(isinstance(one, EncryptedError) for one in problems) else InputError
        told = [line for one in problems[:MOST_PROBLEMS] for line in one.problems]
        left = len(problems) - MOST_PROBLEMS
        raise kind(*told, *([f"{source}: {left:,} more resources are no better"] if left > 0 else []))
    _refuse_circles(graph, source)
    return graph


def _resources(states: Iterable[Any], source: str, problems: list[InputError]) -> Iterator[Resource]:
    """Resources of `states`; what is wrong with the others goes into `problems`."""
    shared: dict[str, str] = {}
    for state in states:
        if isinstance(state, dict) and state.get("delete") is True:
            continue  # what waits for its deletion is no part of the stack any more
        try:
            yield resource_of(state, source, shared)
        except InputError as error:
            problems.append(error)


def _refuse_circles(graph: ResourceGraph, source: str) -> None:
    """Refuse a resource that is above itself: no engine writes that, and looking upwards would never end."""
    sound: set[str] = set()
    for resource in graph:
        if resource.parent is None or resource.parent in sound:  # told after its parent, as nearly always
            sound.add(resource.urn)
            continue
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
        raise InputError(f"{source}: a state or plan of Terraform; {_EXPECTED}")
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
    kind = next((what for key, what in _FOREIGN.items() if isinstance(deployment, dict) and key in deployment), None)
    raise InputError(f"{source}: {kind or 'not a Pulumi deployment'}; {_EXPECTED}")


_FOREIGN: Final = {
    "AWSTemplateFormatVersion": "a template of CloudFormation, no Pulumi deployment",
    "apiVersion": "an object of Kubernetes, no Pulumi deployment",
}
"""Key of a document of other tools -> what it is."""


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")
