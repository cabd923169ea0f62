"""What `pulumi preview --json` tells, as the states that an export would hold after the update.

Shapes: pulumi/pulumi pkg/display/json.go and pkg/backend/display/json.go, 3.260. A step is told before it is taken, so
its new state has neither `id` nor `outputs`; default providers are told only by their name and by `config`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.errors import InputError
from deployment.urn import plain, type_of

KEYS: Final = frozenset({"steps", "changeSummary", "duration", "diagnostics"})
"""Keys of a preview; each is left out where it is empty."""

GONE: Final = frozenset({"delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace"})
"""Operations (pkg/resource/deploy/step.go) after which their state is no more."""

RENEWED: Final = frozenset({"replace", "create-replacement", "import-replacement", "read-replacement"})
"""Operations whose new state is another thing than the old one: its id and outputs say nothing about it."""

UNCHANGED: Final = frozenset({"same", "refresh"})
"""Operations of what stays as it is; `pulumi refresh` calls it by the second name, and counts it as the first."""

SHOWN: Final = frozenset({"create", "update", "replace", "import"})
"""Operations whose every step is told, whatever the options; `changeSummary` counts them."""

FAILED_YAML: Final = "\x1b[31mError\x1b[0m: "
"""How the host of YAML programs begins an error; it is no diagnostic of severity error, and the engine exits with 1
(pulumi preview --json, 3.260)."""

COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")

PROVIDER: Final = "pulumi:providers:"


def previewed(document: Mapping[str, Any], source: str) -> Iterator[Any]:
    """States that the preview `document` expects. Raises InputError when it failed, or leaves resources out."""
    _refuse_failed(document, source)
    steps = _steps(document, source)
    _refuse_partial(document, steps, source)
    states: dict[Any, Any] = {}
    for step in steps:
        new, old, operation = step.get("newState"), step.get("oldState"), str(step.get("op"))
        if operation in GONE or (operation == "refresh" and new is None):  # a refresh found it gone
            continue
        if new is None and operation == "same":
            new = old
        if new is None:
            raise InputError(
                f"{source}: {plain(str(step.get('urn')))}: a step ({plain(operation)}) without newState, so what"
                " becomes of the resource is not told"
            )
        key = str(new.get("urn")) if isinstance(new, dict) else None  # what is no name is refused by the reader
        # A refreshed resource is told again by what is done with it, and so is a replaced one; the last counts.
        states.pop(key, None)
        states[key] = new if operation in RENEWED else _merged(new, old)
    yield from _default_providers(states.values(), document.get("config"))
    for state in states.values():
        # Of a new component, what it registers as outputs is not told; its inputs stand for them.
        if isinstance(state, dict) and state.get("custom") is False and "outputs" not in state:
            state = {**state, "outputs": state.get("inputs")}
        yield state


def _steps(document: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    listed = document.get("steps") or []
    if not isinstance(listed, list) or not all(isinstance(step, dict) for step in listed):
        raise InputError(f"{source}: steps must be a list of objects, as `pulumi preview --json` writes them")
    return listed


def deployed(document: Mapping[str, Any]) -> list[Any]:
    """States that are deployed when the preview `document` is made: what each step starts from. Empty for a stack
    that isn't deployed."""
    listed = document.get("steps")
    old: dict[str, Any] = {}
    for step in listed if isinstance(listed, list) else ():
        state = step.get("oldState") if isinstance(step, dict) else None
        if isinstance(state, dict):
            old.setdefault(str(state.get("urn")), state)
    return [*_default_providers(old.values(), document.get("config")), *old.values()] if old else []


def drifted(document: Mapping[str, Any]) -> dict[str, frozenset[str]] | None:
    """URN -> top-level properties whose difference `pulumi refresh` tells; empty for what it finds unchanged, or gone.

    None when `document` is no refresh. The engine itself leaves out what a resource ignores (``ignoreChanges``).
    """
    listed = document.get("steps")
    steps = [step for step in listed if isinstance(step, dict)] if isinstance(listed, list) else []
    if not any(step.get("op") == "refresh" for step in steps):
        return None
    found: dict[str, frozenset[str]] = {}
    for step in steps:
        detailed = step.get("detailedDiff")
        paths = detailed if isinstance(detailed, dict) and step.get("op") == "update" else ()
        found[plain(str(step.get("urn")))] = frozenset(re.split(r"[.\[]", str(path), maxsplit=1)[0] for path in paths)
    return found


def _merged(new: Any, old: Any) -> Any:
    """State `new` with the id and outputs of `old`; where an input changes, its output follows the input."""
    if not isinstance(new, dict) or not isinstance(old, dict):
        return new
    state = {"id": old["id"], **new} if "id" in old else dict(new)
    outputs, before, after = (part or {} for part in (old.get("outputs"), old.get("inputs"), new.get("inputs")))
    if "outputs" in new or not all(isinstance(part, dict) for part in (outputs, before, after)):
        return state
    changed = {key: value for key, value in after.items() if key not in before or before[key] != value}
    state["outputs"] = {key: value for key, value in outputs.items() if key in after or key not in before} | changed
    return state


def _default_providers(states: Any, config: Any) -> Iterator[dict[str, Any]]:
    """The providers that states name and no step tells, with the configuration that the engine makes them from."""
    known = {str(state.get("urn")) for state in states if isinstance(state, dict)}
    for state in states:
        reference = state.get("provider") if isinstance(state, dict) else None
        urn = reference.rpartition("::")[0] if isinstance(reference, str) else ""
        token = type_of(urn)
        if urn in known or not token.startswith(PROVIDER):
            continue
        known.add(urn)
        prefix = f"{token.removeprefix(PROVIDER)}:"
        given = config if isinstance(config, dict) else {}
        inputs = {
            key.removeprefix(prefix): value for key, value in given.items() if key.startswith(prefix) and value != ""
        }
        yield {"urn": urn, "type": token, "custom": True, "inputs": inputs, "outputs": inputs}


def _refuse_failed(document: Mapping[str, Any], source: str) -> None:
    listed = document.get("diagnostics") or []
    if not isinstance(listed, list):
        raise InputError(f"{source}: diagnostics must be a list, as `pulumi preview --json` writes them")
    for told in listed:
        if not isinstance(told, dict):
            continue
        text = str(told.get("message", ""))
        if told.get("severity") == "error" or (told.get("severity") == "info#err" and FAILED_YAML in text):
            shown = " ".join(COLOUR.sub("", text).split())
            message = plain(shown).removeprefix("error: ").removeprefix("Error: ")
            raise InputError(f"{source}: the preview failed, so it does not tell the whole stack: {message[:200]}")


def _refuse_partial(document: Mapping[str, Any], steps: list[dict[str, Any]], source: str) -> None:
    summary = document.get("changeSummary") or {}
    if not isinstance(summary, dict) or not all(type(count) is int for count in summary.values()):
        raise InputError(f"{source}: changeSummary must be an object of whole numbers, operation by operation")
    unchanged = summary.get("same", 0)
    shown = sum(str(step.get("op")) in UNCHANGED for step in steps)
    if shown < unchanged:
        raise InputError(
            f"{source}: {unchanged - shown} resources that do not change are left out, so the stack can't be judged;"
            " run `pulumi preview --json --show-sames`"
        )
    for operation in sorted(SHOWN & summary.keys()):
        told = sum(step.get("op") == operation for step in steps)
        if told < summary[operation]:
            raise InputError(
                f"{source}: changeSummary counts {summary[operation]} to {operation}, and the steps tell {told}, so the"
                " stack can't be judged; give all that `pulumi preview --json` wrote"
            )
