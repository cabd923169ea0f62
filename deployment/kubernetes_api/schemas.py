"""Schemas of Kubernetes' own kinds, by version, as kubernetes-validate brings them.

Its own `validate` reads the 1.6 MB of definitions again for each object; here they are read once.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

NEWEST: Final = "1.37"
"""Newest version whose schemas are at hand (kubernetes-validate 1.37.0)."""


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

    group, _, own = api_version.rpartition("/")
    if "." in group and not group.endswith(".k8s.io"):
        return None  # files are named after the first part of a group's name alone
    names = [kind.lower(), *filter(None, [group.partition(".")[0]]), own]
    file = _folder(version) / f"{'-'.join(names)}.json"
    if not all(name.isalnum() for name in names) or not file.is_file():
        return None
    schema = json.loads(file.read_text(encoding="utf-8"))
    registry = Resource.from_contents(definitions(version)) @ Registry()
    return Draft202012Validator(schema, registry=Resource.from_contents(schema) @ registry)


@cache
def _folder(version: str) -> Path:
    import kubernetes_validate  # 100 MB of schemas, of which a file a kind is read

    found = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    whole = found / f"v{version}.0-local-strict"
    return whole if whole in set(found.iterdir()) else found / f"v{NEWEST}.0-local-strict"
