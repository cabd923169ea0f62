"""Schemas of Kubernetes' own kinds, by version, as kubernetes-validate brings them.

Its own `validate` reads the 1.6 MB of definitions again for each object; here they are read once.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

NEWEST: Final = "1.37"
"""Newest version whose schemas are at hand (kubernetes-validate 1.37.0)."""

SUPPORTED: Final = tuple(f"1.{minor}" for minor in range(31, 38))
"""Versions that a cluster may have (Amazon EKS calendar, extended support included, 2026-11), and those to come."""

OWN: Final = frozenset(
    {"", "apps", "autoscaling", "batch", "extensions", "policy"}
    | {
        f"{group}.k8s.io"
        for group in (
            *("admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization"),
            *("certificates", "coordination", "discovery", "events", "flowcontrol.apiserver", "internal.apiserver"),
            *("networking", "node", "rbac.authorization", "resource", "scheduling", "storage", "storagemigration"),
        )
    }
)
"""Groups of Kubernetes itself; all others are of custom resources (API reference, 1.25 to 1.37)."""


def is_gone(api_version: str, kind: str, version: str | None) -> bool:
    """Whether no API server of `version` (None: of any that is supported) serves a kind of Kubernetes' own."""
    if api_version.rpartition("/")[0] not in OWN:
        return False
    return not any(_file(api_version, kind, each) for each in ([version] if version else SUPPORTED))


def has_schema(api_version: str, kind: str, version: str) -> bool:
    """Whether a kind is one of Kubernetes' own that `version` serves."""
    return _file(api_version, kind, version) is not None


@lru_cache(maxsize=2)
def definitions(version: str) -> dict[str, Any]:
    """The document that the schemas of `version` refer to: ``$defs`` is name -> schema."""
    found: dict[str, Any] = json.loads((_folder(version) / "_definitions.json").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=256)
def validator(api_version: str, kind: str, version: str) -> Draft202012Validator | None:
    """Validator of the objects of a kind, which takes no member that it does not know; None for a custom resource.

    A version without schemas counts as the newest one.
    """
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    file = _file(api_version, kind, version)
    if file is None:
        return None
    schema = json.loads(file.read_text(encoding="utf-8"))
    registry = Resource.from_contents(definitions(version)) @ Registry()
    return Draft202012Validator(schema, registry=Resource.from_contents(schema) @ registry)


@lru_cache(maxsize=1024)
def _file(api_version: str, kind: str, version: str) -> Path | None:
    group, _, own = api_version.rpartition("/")
    if group not in OWN:
        return None  # files are named after the first part of a group's name alone
    names = [kind.lower(), *filter(None, [group.partition(".")[0]]), own]
    file = f"{'-'.join(names)}.json"
    return _folder(version) / file if file in _files(version) else None


@cache
def _files(version: str) -> frozenset[str]:
    """Names of the schemas that there are: whatever an object calls itself is no path."""
    return frozenset(path.name for path in _folder(version).glob("*.json"))


@cache
def _folder(version: str) -> Path:
    # 100 MB of schemas, of which a file a kind is read; its code, which reads YAML too, is not needed.
    package = find_spec("kubernetes_validate")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'kubernetes_validate'", name="kubernetes_validate")
    found = Path(package.submodule_search_locations[0], "kubernetes-json-schema")
    whole = found / f"v{version}.0-local-strict"
    return whole if whole in set(found.iterdir()) else found / f"v{NEWEST}.0-local-strict"
