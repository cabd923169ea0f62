"""Kubernetes objects of a graph as their API takes them, and whether its schema takes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from deployment.graph import Resource
from deployment.kubernetes_api import refused
from deployment.kubernetes_api.schemas import NEWEST, validator
from deployment.kubernetes_api.values import STAND_IN
from deployment.unknown import Sentinel

PREFIX: Final = "kubernetes:"


def is_object(resource: Resource) -> bool:
    """True for what a cluster keeps; a Helm release is the provider's own invention."""
    return resource.custom and resource.type.startswith(PREFIX) and not resource.type.startswith("kubernetes:helm.sh/")


def identity(token: str) -> tuple[str, str]:
    """``apiVersion`` and ``kind`` of a type token: ``kubernetes:core/v1:Service`` is ``v1`` and ``Service``."""
    _, version, kind = token.split(":", 2)
    return version.removeprefix("core/"), kind


def namespace(resource: Resource) -> str:
    """Namespace of an object, as far as its text is known; ``default`` where it names none."""
    return str(resource.get("metadata.namespace", "default"))


def object_name(resource: Resource) -> str:
    """Name of an object in the cluster; Pulumi's name where it is left to Pulumi."""
    return str(resource.get("metadata.name", resource.name))


def metadata_value(resource: Resource, kind: str, key: str) -> Any:
    """The label or annotation `key` of an object (`kind` is ``labels`` or ``annotations``); None where it has none, and
    what stands for all of them where they aren't known."""
    found = resource.get(f"metadata.{kind}")
    return found.get(key) if isinstance(found, Mapping) else found


def manifest(resource: Resource) -> dict[str, Any]:
    """The object as its API takes it; unknown and secret values are left as they are."""
    version, kind = identity(resource.type)
    metadata = resource.inputs.get("metadata")
    named = {"name": resource.name, **metadata} if isinstance(metadata, Mapping) else {"name": resource.name}
    own = ("apiVersion", "kind", "metadata")
    # What begins with underscores is the provider's own book-keeping.
    rest = {key: value for key, value in resource.inputs.items() if key not in own and not key.startswith("__")}
    return {"apiVersion": version, "kind": kind, "metadata": named, **rest}


def schema_problem(document: Mapping[str, Any], version: str = NEWEST) -> tuple[str, str] | None:
    """Path and message of the first thing that the API of `version` refuses, by its strict schema or by what it asks
    of values; None when it takes all.

    The message is empty where what it would refuse is a value that can't be read, and that is no text.
    A kind without a schema, which is a custom resource, is taken as it is. A version that is not known counts as the
    newest one.
    """
    return _problem(_written(document), version)


@lru_cache(maxsize=1024)
def _problem(text: str, version: str) -> tuple[str, str] | None:
    alike = version, _without_numbers(text)
    if alike in _right:
        return None
    found = _looked_at(json.loads(text), version)
    if found is None and len(_right) < MOST_RIGHT:
        _right.add(alike)
    return found


def _looked_at(document: dict[str, Any], version: str) -> tuple[str, str] | None:
    if isinstance(document.get("roleRef"), dict):  # the API server fills it in before it looks
        document["roleRef"].setdefault("apiGroup", "rbac.authorization.k8s.io")
    judge = validator(document["apiVersion"], document["kind"], version)
    shape = version, _shape(document)
    if judge is not None and shape not in _right_shapes:
        for error in judge.iter_errors(document):
            path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.path)
            return path.lstrip("."), "" if error.instance == STAND_IN else error.message
        if len(_right_shapes) < MOST_RIGHT:
            _right_shapes.add(shape)
    return refused(document)


MOST_RIGHT: Final = 4096
_right: Final[set[tuple[str, str]]] = set()
"""Version, and texts without numbers: of objects of which the API takes one it takes all."""
_right_shapes: Final[set[tuple[str, Any]]] = set()
"""Shapes that the schema takes: it asks of an object which fields it has, of which types, and no more."""


def _without_numbers(text: str) -> str:
    """The object that `text` is without the numbers in which copies differ: ``app-12`` is any other name as long that
    ends in a number, and the same each time that it is there. All that the API asks of such a name is its letters, its
    length, and what it is the same as."""
    if "\\" in text or any(kind in text for kind in VERBATIM):
        return text
    met: dict[str, str] = {}

    def without(quoted: re.Match[str]) -> str:
        part = quoted[0]
        if part not in met:
            found = NUMBERED.fullmatch(part, 1, len(part) - 1)
            met[part] = f'"{found[1]}{len(found[2])}#{len(met)}"' if found else part
        return met[part]

    return ENDING_IN_A_DIGIT.sub(without, text)


ENDING_IN_A_DIGIT: Final = re.compile(r'"[^"]*+(?<=[^"vV][0-9])"')
"""A name or a text, and no version; what stands between two of them, in JSON without spaces, ends otherwise."""
NUMBERED: Final = re.compile(r"(?=.*[g-zG-Z])([a-zA-Z](?:.*[^0-9])?)(?<![vV])(?<!alpha)(?<!beta)([0-9]+)")
"""What ends in a number, and is neither a version, such as ``apps/v1`` or ``IPv6``, nor an address."""
VERBATIM: Final = ('"kind":"CronJob"', '"kind":"Secret"')
"""Kinds that hold names of time zones, or encoded text, in which numbers have a meaning."""


def _shape(value: Any, name: str = "") -> Any:
    """What a schema sees of `value`, the field `name`: what a field is called, and the type of what is in it."""
    kind = value.__class__
    if kind is dict:
        return dict, *[(key, _shape(held, key)) for key, held in value.items()]
    if kind is list:
        return list, *map(_shape, value)
    if kind is float:  # 1.0 is a whole number, too
        return float, value.is_integer()
    return value if name in ENUMERATED else kind


ENUMERATED: Final = ("apiVersion", "kind")
"""The fields of which a schema asks what they say (all schemas from 1.31 to 1.37)."""


def _written(document: Mapping[str, Any]) -> str:
    """`document` in JSON; for what can't be read stands something right in every way."""
    try:
        text = _quickly(document).decode()
    except (TypeError, ValueError, OverflowError):  # with a number, or a text, that only Python takes
        return _by_python(document)
    return _by_python(document) if "null" in text else text  # as infinity is written, too


def _stand_in(hidden: Any) -> str:
    if isinstance(hidden, Sentinel):
        return STAND_IN
    raise TypeError(f"{type(hidden).__name__} is nothing that JSON holds")


_quickly: Final = msgspec.json.Encoder(enc_hook=_stand_in, order="deterministic").encode
_by_python: Final = json.JSONEncoder(default=_stand_in, sort_keys=True, separators=(",", ":")).encode
