"""Kubernetes objects of a stack as YAML that `kubectl apply` takes, one file an object, in the order of their needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deployment import tokens
from deployment.errors import InputError
from deployment.graph import ResourceGraph
from deployment.manifests import is_object, manifest, schema_problem
from deployment.unknown import Sentinel

SECRET = tokens.KUBERNETES_SECRET
OF_PULUMI = "pulumi.com/"
"""Beginning of annotations that steer Pulumi alone."""


@dataclass(frozen=True)
class Manifests:
    """Files, and what is not among them."""

    files: dict[str, str]
    """Name -> content."""
    left_out: tuple[str, ...]
    """Objects whose values are secret: they are brought by whoever holds them."""


def manifests(graph: ResourceGraph, version: str) -> Manifests:
    """Objects of `graph` for a cluster of `version`.

    Raises InputError for objects that the strict schema refuses, and for a graph without any.
    """
    objects = [resource for resource in graph if is_object(resource)]
    if not objects:
        raise InputError("the stack has no Kubernetes objects (plant:platform.kind is not kubernetes)")
    files: dict[str, str] = {}
    problems, left_out = [], []
    for resource in objects:
        document = _plain(manifest(resource))
        if resource.type == SECRET or _holds_secrets(resource.inputs):
            left_out.append(f"{document['kind']} {document['metadata']['name']}")
            continue
        found = schema_problem(document, version)
        if found is not None:
            problems.append(f"{resource.name}: {found[0]}: {found[1]}; Kubernetes {version} refuses it")
        name = f"{len(files) + 1:02}-{document['kind'].lower()}-{document['metadata']['name']}.yaml"
        files[name] = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    if problems:
        raise InputError(*problems)
    return Manifests(files, tuple(left_out))


def write(found: Manifests, folder: Path) -> None:
    """Write the files into `folder`, which is made. Raises InputError where that can't be done.

    A manifest of another export in it is not written over, and `kubectl apply -f` would take it for one of these.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(path.name for path in folder.glob("*.yaml") if path.name not in found.files)
        if others:
            raise InputError(f"{folder}: {others[0]} in it is of no object of this export; remove it first")
        for name, content in found.files.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror or error}; give another folder with --out") from error


def _holds_secrets(value: Any) -> bool:
    return any(isinstance(item, Sentinel) for item in _leaves(value))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _plain(value: Any) -> Any:
    """`value` without Pulumi's own annotations, and with whole numbers as such."""
    if isinstance(value, dict):
        kept = {key: _plain(item) for key, item in value.items() if not str(key).startswith(OF_PULUMI)}
        return {key: item for key, item in kept.items() if item != {} or key in ("podSelector", "emptyDir", "labels")}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
