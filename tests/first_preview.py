"""A deployment as the engine sees it before the first update."""

from __future__ import annotations

from typing import Any

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SHORTEST = 6
"""Output values below this length ("443") would match by chance."""


def first_preview(deployment: dict[str, Any]) -> dict[str, Any]:
    """`deployment` as the engine sees it before the first update: no outputs, and unknown what is made of them."""
    resources = deployment["deployment"]["resources"]
    computed = {
        state["urn"]: [
            value
            for key, value in (*state.get("outputs", {}).items(), ("id", state.get("id")))
            if isinstance(value, str) and len(value) >= SHORTEST and state.get("inputs", {}).get(key) != value
        ]
        for state in resources
        if state["custom"]
    }

    def seen(value: Any, outputs: list[str]) -> Any:
        if isinstance(value, str):
            return UNKNOWN_STRING if any(output in value for output in outputs) else value
        if isinstance(value, dict):
            return {key: seen(item, outputs) for key, item in value.items()}
        return [seen(item, outputs) for item in value] if isinstance(value, list) else value

    everything = [value for values in computed.values() for value in values]
    for state in resources:
        sources = state.get("propertyDependencies", {})
        state["inputs"] = {
            key: seen(value, [output for urn in sources.get(key, ()) for output in computed.get(urn, ())])
            for key, value in state.get("inputs", {}).items()
        }
        state.pop("id", None)
        state["outputs"] = dict(state["inputs"]) if state["custom"] else seen(state.get("outputs", {}), everything)
    return deployment
