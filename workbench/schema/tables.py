"""Joins what the SDK and the API say into one compact document for each module of the SDK."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from policies.property_schema import FOLDER
from workbench.schema.api import Shape, inputs_of
from workbench.schema.sdk import Module, Property, modules

DISTRIBUTIONS: Final = ("pulumi-aws", "botocore")


def tables() -> dict[Path, str]:
    """File -> its text, for all that ``policies/schema`` holds."""
    found = {FOLDER / "versions.json": _text({name: importlib.metadata.version(name) for name in DISTRIBUTIONS})}
    for module in modules():
        document = table(module)
        if document["resources"]:
            found[FOLDER / "aws" / f"{module.name}.json"] = _text(document)
    return found


def table(module: Module) -> dict[str, Any]:
    """The document of one module: constrained resources, and the constrained objects inside of them."""
    document: dict[str, Any] = {"objects": {}, "resources": {}}
    for token, properties in module.resources.items():
        shapes = list(inputs_of(token))
        members: dict[str, list[Shape]] = {}
        for each in shapes:
            for name, shape in each.items():
                members.setdefault(name, []).append(shape)
        row = _row(properties, members, module, document["objects"])
        row["tagged"] = any(each.name == "tags" for each in properties)
        if any(row.values()):
            document["resources"][token] = {key: value for key, value in row.items() if value}
    return document


def _row(
    properties: Iterable[Property], members: Mapping[str, list[Shape]], module: Module, objects: dict[str, Any]
) -> dict[str, Any]:
    required: list[str] = []
    rules: dict[str, Any] = {}
    for one in properties:
        if one.required:
            required.append(one.name)
        shapes = [shape.inner() for shape in members.get(one.name.lower(), ())]
        rule = _limits(one, shapes)
        if one.holds in module.objects:
            key = _object(one.holds, _inside(one, shapes, members), module, objects)
            if key:
                rule["object"] = key
        if rule:
            rules[one.name] = rule
    return {"required": sorted(required), "properties": dict(sorted(rules.items()))}


def _inside(one: Property, shapes: list[Shape], members: Mapping[str, list[Shape]]) -> dict[str, list[Shape]]:
    """Members of an object: those of its own shape, or members of the call that begin with its name."""
    found: dict[str, list[Shape]] = {}
    for shape in shapes:
        for member, inner in shape.members().items():
            found.setdefault(member, []).append(inner)
    prefix = one.name.lower()
    return found or {name.removeprefix(prefix): each for name, each in members.items() if name.startswith(prefix)}


def _object(name: str, members: Mapping[str, list[Shape]], module: Module, objects: dict[str, Any]) -> str:
    """Key of the document of an object; "" where nothing is asked of it. One class has one shape."""
    key = name.removesuffix("Args")
    if key not in objects:
        objects[key] = {}  # an object may hold itself
        row = {part: value for part, value in _row(module.objects[name], members, module, objects).items() if value}
        if row:
            objects[key] = row
        else:
            del objects[key]
    return key if key in objects else ""


def _limits(one: Property, shapes: list[Shape]) -> dict[str, Any]:
    """What is said of a plain value; several calls that differ say nothing."""
    found: dict[str, Any] = {}
    enumerations = [shape.values() for shape in shapes]
    if enumerations and all(enumerations):
        found["values"] = sorted({value for values in enumerations for value in values} | one.words)
    bounds = [shape.bounds() for shape in shapes]
    known = [each for each in bounds if each is not None]
    if known and len(known) == len(bounds):
        found["least"], found["most"] = min(low for low, _ in known), max(high for _, high in known)
    lengths = [shape.longest() for shape in shapes]
    longest = [each for each in lengths if each is not None]
    if longest and len(longest) == len(lengths) and one.name == "name":
        found["longest"] = max(longest)
    return found


def _text(document: Mapping[str, Any]) -> str:
    """One resource or object a line: small, and a change of it is one line of a diff."""
    lines = []
    for key, value in sorted(document.items()):
        if isinstance(value, dict):
            rows = [f"  {json.dumps(name)}: {json.dumps(row, sort_keys=True)}" for name, row in sorted(value.items())]
            lines.append(
                f" {json.dumps(key)}: {{\n" + ",\n".join(rows) + "\n }" if rows else f" {json.dumps(key)}: {{}}"
            )
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
