"""Remediations that rules share: new inputs for a resource, so that the rule holds.

They run where pack configuration sets a rule to ``remediate``, in Pulumi's engine only, before the resource is made.
The inputs are those that the engine sent: unknowns and secrets in them are its own marks, and go back as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployment.graph import Resource
from policies.checks import same
from policies.rule import Remediation


def set_to(path: str, value: Any) -> Remediation:
    """Sets the property at `path` (objects only, ``metadataOptions.httpTokens``) to `value`, and keeps the rest."""
    keys = path.split(".")

    def mend(resource: Resource, settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return None if same(resource.get(path), value) else _with(resource.inputs, keys, value)

    return mend


def set_to_if_set(path: str, value: Any) -> Remediation:
    """As `set_to`, where the property at `path` is there at all."""
    mend = set_to(path, value)

    def mend_if_set(resource: Resource, settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return None if resource.get(path) is None else mend(resource, settings)

    return mend_if_set


def each_of(*remediations: Remediation) -> Remediation:
    """One after the other, each on what the one before it left."""

    def mend(resource: Resource, settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
        mended = resource
        for remediation in remediations:
            inputs = remediation(mended, settings)
            if inputs is not None:
                mended = with_inputs(mended, inputs)
        return None if mended is resource else mended.inputs

    return mend


def with_inputs(resource: Resource, inputs: Mapping[str, Any]) -> Resource:
    """`resource` as a program would declare it with `inputs`."""
    return Resource(resource.urn, resource.type, resource.name, inputs, options=resource.options)


def _with(inputs: Mapping[str, Any], keys: list[str], value: Any) -> Mapping[str, Any] | None:
    """`inputs` with `value` at the end of `keys`; None where something else than an object is in the way."""
    first, *rest = keys
    if not rest:
        return {**inputs, first: value}
    inner = inputs.get(first)
    if inner is not None and not isinstance(inner, Mapping):
        return None  # not known yet
    changed = _with(inner or {}, rest, value)
    return None if changed is None else {**inputs, first: changed}
