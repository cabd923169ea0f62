"""Reads a stack from the files that Pulumi writes: `stack export`, `preview --json`, and our own preview.

Such a file comes from outside: its size and shape are checked here, once, and the rest of the code
may rely on what it gets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from policies.errors import InputError
from policies.model import SECRET, UNKNOWN, Resource, ResourceGraph

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


def graph_from_json(document: Any, source: str) -> ResourceGraph:
    """Graph of the stack that a parsed Pulumi JSON `document` describes.

    Accepts a stack export (with or without its envelope) and the output of ``pulumi preview --json``.
    `source` names the file in errors. Raises InputError when it is neither.
    """
    if isinstance(document, dict):
        deployment = document.get("deployment", document)
        if isinstance(deployment, dict) and isinstance(deployment.get("resources"), list):
            return ResourceGraph(_resource(entry, source) for entry in deployment["resources"])
        if isinstance(document.get("steps"), list):
            states = (step.get("newState") for step in document["steps"] if isinstance(step, dict))
            return ResourceGraph(_resource(state, source) for state in states if state is not None)
    raise InputError(
        f"{source}: not a Pulumi deployment; expected what `pulumi stack export` or `pulumi preview --json` writes"
    )


def graph_from_text(text: str | bytes, source: str) -> ResourceGraph:
    """Graph of the stack in the JSON `text`; `source` names the file in errors. Raises InputError."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source}: not readable as JSON: {error}") from error
    return graph_from_json(document, source)


def _resource(state: Any, source: str) -> Resource:
    if not isinstance(state, dict) or not isinstance(state.get("urn"), str) or not isinstance(state.get("type"), str):
        raise InputError(f"{source}: a resource without urn and type: {str(state)[:80]}")
    urn: str = state["urn"]
    outputs = readable(state.get("outputs") or {})
    if state.get("id"):
        outputs.setdefault("id", state["id"])
    return Resource(
        urn=urn,
        type=state["type"],
        name=urn.rpartition("::")[2],
        inputs=readable(state.get("inputs") or {}),
        outputs=outputs,
        parent=state.get("parent") or None,
        dependencies=tuple(state.get("dependencies") or ()),
        property_dependencies={
            key: tuple(urns or ()) for key, urns in (state.get("propertyDependencies") or {}).items()
        },
        custom=bool(state.get("custom", True)),
        protect=bool(state.get("protect", False)),
        options={key: state[key] for key in OPTION_KEYS if state.get(key)},
    )


OPTION_KEYS: Final = (
    "aliases",
    "customTimeouts",
    "deleteBeforeReplace",
    "deletedWith",
    "ignoreChanges",
    "provider",
    "replaceOnChanges",
    "retainOnDelete",
)
"""Resource options that a deployment keeps, beside protect."""


def readable(value: Any) -> Any:
    """`value` with the engine's sentinels replaced: UNKNOWN, SECRET, and plaintext secrets also SECRET."""
    if isinstance(value, str):
        return UNKNOWN if value in UNKNOWN_VALUES else SECRET if value == "[secret]" else value
    if isinstance(value, Mapping):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return SECRET
        return {key: readable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [readable(item) for item in value]
    return value
