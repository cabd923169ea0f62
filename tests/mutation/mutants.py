"""Applies the mutations to a recorded deployment, one at a time."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator

from .mutations import (
    DROP,
    HARMLESS_REFERENCES,
    KEPT_BY_SOMETHING_ELSE,
    MATTERS,
    NO_TAGS,
    ONLY_WHERE_SET,
    SERVING,
    WORSE,
)


def mutants(deployment: dict) -> Iterator[tuple[str, dict]]:
    """(name, deployment JSON) of each mutant; only the mutated resource is copied, the rest is shared."""
    resources = deployment["deployment"]["resources"]
    basis = next(one["outputs"]["costBasis"] for one in resources if one["type"] == "plant:infra:PlantApi")
    parked = basis["uptime"]["parked"]
    texts = [json.dumps(state) for state in resources]
    for index, state in enumerate(resources):
        name = state["urn"].rpartition("::")[2]
        section = "inputs" if state.get("custom") else "outputs"
        changes = dict(MATTERS.get(state["type"], {}))
        if state["type"] in MATTERS and state.get("custom"):
            changes = {**{key: [DROP] for key in _references(state)}, **changes}
        if "tags" in state.get(section, {}) and state["type"] != "aws:autoscaling/group:Group":
            changes |= NO_TAGS
        for path, values in changes.items():
            if _says_nothing(state, path, basis):
                continue
            for value in values:
                for label, changed in _changed(state, section, path, value):
                    yield f"{name}: {label}", _with(deployment, index, changed)
        kept = state["type"] in KEPT_BY_SOMETHING_ELSE or (parked and state["type"] in SERVING)
        if state["type"] in MATTERS and not kept and state.get("custom"):
            yield f"{name}: deleted", _without(deployment, state, texts)


def _references(state: dict) -> list[str]:
    """Properties that are nothing but a reference to another resource."""
    dependencies = state.get("propertyDependencies") or {}
    return [
        key
        for key, value in state["inputs"].items()
        if isinstance(value, str) and dependencies.get(key) and key not in HARMLESS_REFERENCES
    ]


def _says_nothing(state: dict, path: str, basis: dict) -> bool:
    """True for what matters in other stacks and not in this one."""
    if path == "insecureValue":
        return "contract" not in state["urn"]
    if path.startswith("costBasis.usage"):
        return basis["uptime"]["parked"]
    if path.startswith("costBasis.uptime"):
        return basis["uptime"]["parked"] or basis["uptime"]["reaper"] is None
    return False


def _changed(state: dict, section: str, path: str, value: object) -> Iterator[tuple[str, dict]]:
    if path == "rules" and value == "without-each":
        for number, rule in enumerate(state[section]["rules"]):
            changed = copy.deepcopy(state)
            del changed[section]["rules"][number]
            yield f"without rule {rule['name']}", changed
        return
    if path == "rules" and value == "count":
        for number, rule in enumerate(state[section]["rules"]):
            changed = copy.deepcopy(state)
            key = "overrideAction" if "overrideAction" in rule else "action"
            changed[section]["rules"][number][key] = {"count": {}}
            yield f"rule {rule['name']} only counts", changed
        return
    if path == "definition" and value == "each-state":
        for what, definition in _weaker_definitions(json.loads(state[section][path])):
            changed = copy.deepcopy(state)
            changed[section][path] = json.dumps(definition)
            _forget(changed, path)
            yield f"definition without {what}", changed
        return
    changed = copy.deepcopy(state)
    if path == "*":
        for key, one in value.items():
            changed[section][key] = one
        changed[section] = {key: one for key, one in changed[section].items() if one is not None}
        _forget(changed, "referencedSecurityGroupId")
        yield f"opened to {value}", changed
        return
    *parents, last = (part.replace("/.", ".") for part in re.split(r"(?<!/)\.", path))
    holder = changed[section]
    for parent in parents:
        if isinstance(holder, list) and parent.isdigit():
            holder = holder[int(parent)] if int(parent) < len(holder) else None
        else:
            holder = holder.get(parent) if isinstance(holder, dict) else None
    if not isinstance(holder, dict):
        return
    if value is DROP:
        if not holder.get(last):
            return
        del holder[last]
    elif holder.get(last) == value or (last not in holder and (parents or last in ONLY_WHERE_SET or value is WORSE)):
        return
    elif value is WORSE:
        holder[last] = float(holder[last] or 1) * 1000
    else:
        holder[last] = value
    _forget(changed, path.partition(".")[0])
    told = "dropped" if value is DROP else "1000 times as much" if value is WORSE else f"= {str(value)[:60]}"
    yield f"{path} {told}", changed


def _weaker_definitions(document: dict) -> Iterator[tuple[str, dict]]:
    """(what is gone, definition) for what each state of the top level needs to work, and to work the second time."""
    for name, state in document["States"].items():
        for key in ("Type", "Retry", "Resource"):
            if key in state:
                weaker = {field: value for field, value in state.items() if field != key}
                yield f"{key} of {name}", {**document, "States": {**document["States"], name: weaker}}


def _forget(state: dict, key: str) -> None:
    """A property that changed no longer depends on what it did, and the provider gives it back as it is now."""
    state.get("propertyDependencies", {}).pop(key, None)
    if state.get("custom"):
        outputs = state.get("outputs", {})
        if key == "tags":
            outputs["tagsAll"] = state["inputs"].get("tags", {})
        if key in state["inputs"]:
            outputs[key] = state["inputs"][key]
        else:
            outputs.pop(key, None)


def _with(deployment: dict, index: int, changed: dict) -> dict:
    resources = list(deployment["deployment"]["resources"])
    resources[index] = changed
    return {**deployment, "deployment": {**deployment["deployment"], "resources": resources}}


def _without(deployment: dict, gone: dict, texts: list[str]) -> dict:
    """The stack, each state a text too, as a program would declare it without the resource: nothing refers to it."""
    values = {gone.get("id"), gone.get("outputs", {}).get("arn"), gone.get("outputs", {}).get("name")} - {None, ""}
    kept = []
    for state, text in zip(deployment["deployment"]["resources"], texts, strict=True):
        if state is gone:
            continue
        if gone["urn"] in text or any(f'"{value}' in text for value in values):
            state = _stripped(state, gone["urn"], values)
        kept.append(state)
    return {**deployment, "deployment": {**deployment["deployment"], "resources": kept}}


def _stripped(state: dict, urn: str, values: set) -> dict:
    def strip(value: object) -> object:
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if not _is_reference(item, values)}
        if isinstance(value, list):
            return [strip(item) for item in value if not _is_reference(item, values)]
        return value

    changed = {**state, "dependencies": [one for one in state.get("dependencies", []) if one != urn]}
    changed["propertyDependencies"] = {
        key: [one for one in urns if one != urn] for key, urns in (state.get("propertyDependencies") or {}).items()
    }
    for section in ("inputs", "outputs"):
        inputs = state.get("inputs") or {}
        own = {
            key: value
            for key, value in (state.get(section) or {}).items()
            if key in ("arn", "id", "name", "tagsAll") and key not in inputs
        }
        changed[section] = {**strip(state.get(section) or {}), **(own if section == "outputs" else {})}
    return changed


def _is_reference(value: object, values: set) -> bool:
    return isinstance(value, str) and any(value == one or value.startswith((f"{one}:", f"{one}/")) for one in values)


def unclassified(deployment: dict) -> set[str]:
    """Types of the deployment that are neither mutated nor known to be kept by something else."""
    types = {state["type"] for state in deployment["deployment"]["resources"]}
    components = {token for token in types if token.startswith(("plant:components:", "pulumi:pulumi:"))}
    return types - components - MATTERS.keys() - KEPT_BY_SOMETHING_ELSE.keys()
