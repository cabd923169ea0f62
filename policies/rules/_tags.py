"""The tags that a resource carries: its own, and those of its provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import mappings
from policies.context import Context
from policies.rules._documents import read_json


def tags_of(resource: Resource, context: Context) -> dict[str, Any] | None:
    """Key -> value; None when they are not known yet."""
    tags = resource.get("tags")
    provider = context.graph.provider_of(resource)
    sources = [resource.get("tagsAll") if provider is None else context.once_for(provider_tags, provider), tags]
    if resource.type in SCALING_GROUP:
        sources = [tags]
    if UNKNOWN in sources:
        return None
    found: dict[str, Any] = {}
    for source in sources:
        if isinstance(source, dict):
            found.update(source)
        else:
            found.update({str(tag.get("key")): tag.get("value") for tag in mappings(source)})
    return found


def provider_tags(provider: Resource, context: Context) -> Any:
    """Tags that `provider` adds to whatever it manages."""
    tags = provider.get("defaultTags")
    if tags is UNKNOWN:
        return UNKNOWN
    parsed = read_json(tags)
    return parsed.get("tags") if isinstance(parsed, Mapping) else None
