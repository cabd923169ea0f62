"""What the rows of Elastic Load Balancing have in common: ids are ARNs, and describing does not tell the tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.emulator.ownership import own_by_tags
from workbench.emulator.resource_type import Context, Read
from workbench.emulator.rows import tagging

if TYPE_CHECKING:
    from workbench.emulator.api import Api
    from workbench.emulator.resource_type import Arg

TAGGING = tagging("add_tags", "remove_tags", ResourceArns=["{id}"])


def own(operation: str, item: str, **where: Arg) -> Callable[[Api, Context], list[str]]:
    """Looks up the ARNs that an operation lists and that carry this resource's mark."""
    return own_by_tags(
        Read(service="elbv2", operation=operation, args=where, item=item),
        Read(operation="describe_tags", args={"ResourceArns": ["{id}"]}, item="TagDescriptions[0].Tags"),
    )
