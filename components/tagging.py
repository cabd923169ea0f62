"""Cost-allocation tags on everything that can carry them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import pulumi

OWN_TAGS = frozenset({"aws:autoscaling/group:Group"})
"""Types whose tags have another shape; their component sets them."""


def tag_all(
    tags: Mapping[str, str],
) -> Callable[[pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None]:
    """Transformation that adds `tags` to every AWS resource that takes tags; a resource's own tags win.

    Tags set here are inputs, so that rules, estimates and other tools see them. Tags that the provider adds by
    itself (`defaultTags`) show up in outputs only, and only after a deployment.
    """

    def add(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not args.type_.startswith("aws:") or args.type_ in OWN_TAGS:
            return None
        if not isinstance(getattr(type(args.resource), "tags", None), property):
            return None
        own = cast("dict[str, str]", args.props.get("tags") or {})
        return pulumi.ResourceTransformationResult({**args.props, "tags": {**tags, **own}}, args.opts)

    return add
