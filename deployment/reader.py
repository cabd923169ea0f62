"""Reads a stack from the files that Pulumi writes: `stack export`, `preview --json`, and our own preview.

Such a file comes from outside: its size and shape are checked here, once, and the rest of the code
may rely on what it gets.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph
from deployment.quiet import no_garbage_collection
from deployment.unknown import SECRET, UNKNOWN

UNKNOWN_VALUES: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""Strings the engine writes for unknown values (pulumi/pulumi sdk/go/common/resource/plugin/rpc.go, 3.260)."""

SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker, no secret
"""Marks `{signature: …, ciphertext | plaintext: …}` objects (sdk/go/common/resource/sig, 3.260)."""


MOST_BYTES: Final = 100_000_000
"""A larger file is refused unread. 100,000 resources of this stack's kind stay below."""

DEEPEST: Final = 64
"""Levels of nesting that a property may have. AWS's deepest, the statements of a web ACL, need 20."""


def graph_from_file(path: str) -> ResourceGraph:
    """Graph of the stack in the file `path`; ``-`` is standard input. Raises InputError."""
    source = "standard input" if path == "-" else path
    try:
        if path == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{_shown(source)}: can't be read: {reason}") from error
    return graph_from_text(content, _shown(source))


def graph_from_json(document: Any, source: str) -> ResourceGraph:
    """Graph of the stack that a parsed Pulumi JSON `document` describes.

    Accepts a stack export (with or without its envelope) and the output of ``pulumi preview --json``.
    `source` names the file in errors. Raises InputError when it is neither.
    """
    if isinstance(document, dict):
        deployment = document.get("deployment", document)
        if isinstance(deployment, dict):
            # Pulumi leaves the list out where it is empty: a stack that was destroyed, or never deployed.
            resources = deployment.get("resources", [] if isinstance(deployment.get("manifest"), dict) else None)
            if isinstance(resources, list):
                return ResourceGraph(_resource(entry, source) for entry in resources)
        if isinstance(document.get("steps"), list):
            return ResourceGraph(_resource(state, source) for state in _previewed(document, source))
    raise InputError(
        f"{source}: not a Pulumi deployment; expected what `pulumi stack export` or `pulumi preview --json` writes"
    )


def _previewed(document: Mapping[str, Any], source: str) -> Iterator[Any]:
    """States that a `preview --json` expects. A component's outputs are not in it; its inputs stand for them."""
    steps = [step for step in document["steps"] if isinstance(step, dict)]
    summary = document.get("changeSummary")
    unchanged = summary.get("same", 0) if isinstance(summary, dict) else 0
    shown = sum(step.get("op") == "same" for step in steps)
    if isinstance(unchanged, int) and shown < unchanged:
        raise InputError(
            f"{source}: {unchanged - shown} resources that do not change are left out, so the stack can't be judged;"
            " run `pulumi preview --json --show-sames`"
        )
    for step in steps:
        state = step.get("newState")
        if isinstance(state, dict) and state.get("custom") is False and "outputs" not in state:
            state = {**state, "outputs": state.get("inputs")}
        # A replacement is told as a step of its own, beside the one that creates the new resource.
        if state is not None and step.get("op") != "replace":
            yield state


def graph_from_text(text: str | bytes, source: str) -> ResourceGraph:
    """Graph of the stack in the JSON `text`; `source` names the file in errors. Raises InputError."""
    if len(text) > MOST_BYTES:
        raise InputError(f"{source}: larger than {MOST_BYTES:,} bytes; is it a Pulumi deployment?")
    try:
        with no_garbage_collection():  # looking for it takes as long as the reading
            document = json.loads(text, parse_constant=_refuse_constant)
            return graph_from_json(document, source)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source}: not readable as JSON: {error}") from error


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _with_id(state: Mapping[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    """`outputs` with the id, which a state keeps beside them; other resources refer to it."""
    identifier = state.get("id")
    return {"id": readable(identifier), **outputs} if isinstance(identifier, str) else outputs


def _resource(state: Any, source: str) -> Resource:
    if not isinstance(state, dict) or not _is_name(state.get("urn")) or not _is_name(state.get("type")):
        raise InputError(f"{source}: a resource without urn and type in plain text: {_shown(str(state)[:80])}")
    urn: str = state["urn"]
    try:
        return Resource(
            urn=urn,
            type=state["type"],
            name=urn.rpartition("::")[2],
            inputs=readable(_object(state, "inputs")),
            outputs=_with_id(state, readable(_object(state, "outputs"))),
            parent=state.get("parent") or None,
            dependencies=_urns(state.get("dependencies"), "dependencies"),
            property_dependencies={
                key: _urns(urns, "propertyDependencies") for key, urns in _object(state, "propertyDependencies").items()
            },
            custom=bool(state.get("custom", True)),
            protect=bool(state.get("protect", False)),
            options={key: state[key] for key in OPTION_KEYS if state.get(key)},
        )
    except _MalformedError as error:
        raise InputError(f"{source}: {_shown(urn)}: {error}") from error


class _MalformedError(Exception):
    """A part of a resource has another shape than Pulumi writes."""


def _object(state: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = state.get(key) or {}
    if not isinstance(value, dict):
        raise _MalformedError(f"{key} must be an object, not {type(value).__name__}")
    return value


def _urns(value: Any, key: str) -> tuple[str, ...]:
    if not value:
        return ()
    if not isinstance(value, list) or not all(isinstance(urn, str) for urn in value):
        raise _MalformedError(f"{key} must be a list of URNs")
    return tuple(value)


def _is_name(value: Any) -> bool:
    """True for text that can be printed: a name with control characters could steer a reader's terminal."""
    return isinstance(value, str) and value != "" and value.isprintable()


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


def readable(value: Any, _depth: int = 0) -> Any:
    """`value` with the engine's sentinels replaced: UNKNOWN, SECRET, and plaintext secrets also SECRET.

    What holds none of them is given back as it is, not copied: most of a large stack is never touched.
    """
    if isinstance(value, str):
        return UNKNOWN if value in UNKNOWN_VALUES else SECRET if value == "[secret]" else value
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return SECRET
        pairs: Any = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    else:
        return value
    if _depth > DEEPEST:
        raise _MalformedError(f"its properties are nested deeper than {DEEPEST} levels")
    changed: Any = None
    for key, item in pairs:
        if item.__class__ in _PLAIN:
            continue
        new = readable(item, _depth + 1)
        if new is not item:
            changed = value.copy() if changed is None else changed
            changed[key] = new
    return value if changed is None else changed


_PLAIN: Final = frozenset({int, float, bool, type(None)})
"""Types of values that stand for themselves."""
