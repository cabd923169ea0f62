"""What the rows of EC2 have in common: no names, so the owner's tag from the start; one call for the tags of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.emulator.ownership import OWNER_TAG, tag_list
from workbench.emulator.resource_type import Context, Read
from workbench.emulator.rows import tagging

ARN = "arn:aws:ec2:{region}:{account}:"
TAGGING = tagging("create_tags", "delete_tags", keys="Tags", Resources=["{id}"])
OWNED = f"[?Tags[?Key=='{OWNER_TAG}' && Value=='{{uid}}']]"
"""JMESPath: those of a list that carry this resource's mark, for calls without a filter by tag."""


def tags_of(kind: str) -> Callable[[Context], list[dict[str, Any]]]:
    """The TagSpecifications of a creation: the declared tags and the owner's."""
    tags = tag_list()
    return lambda context: [{"ResourceType": kind, "Tags": tags(context)}]


def owned(operation: str, item: str, filters: str = "Filters") -> Read:
    """Looks up all that carries this resource's mark."""
    return Read(operation=operation, args={filters: [{"Name": f"tag:{OWNER_TAG}", "Values": ["{uid}"]}]}, item=item)
