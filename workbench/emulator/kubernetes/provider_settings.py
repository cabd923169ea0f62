"""What a program's provider says of how objects are updated: settings of pulumi-kubernetes, or of its environment.

From its source, version 4.34 (provider/pkg/provider/provider.go and diff.go, read 2026-11-27).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

VARIABLES: Final = {
    "enablePatchForce": "PULUMI_K8S_ENABLE_PATCH_FORCE",
    "upsertExistingObjects": "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
    "enableConfigMapMutable": "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
    "enableSecretMutable": "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
}
"""Setting -> the variable that counts where the provider doesn't have it."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Settings of a provider that change what becomes of objects."""

    forces: bool = False
    """Fields of other managers are taken over."""
    adopts: bool = False
    """What is there already is updated by what the program creates."""
    mutable: frozenset[str] = frozenset()
    """Kinds whose data change in place: ConfigMap, Secret."""

    @classmethod
    def of(cls, given: Mapping[str, Any], environment: Mapping[str, str]) -> ProviderSettings:
        """Those of a provider's arguments, each as text or as it is."""

        def is_on(name: str) -> bool:
            value = given[name] if name in given else environment.get(VARIABLES[name])
            return value is True or value == "true"

        kinds = {"ConfigMap": "enableConfigMapMutable", "Secret": "enableSecretMutable"}
        mutable = frozenset(kind for kind, name in kinds.items() if is_on(name))
        return cls(is_on("enablePatchForce"), is_on("upsertExistingObjects"), mutable)
