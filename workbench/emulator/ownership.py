"""A mark that tells what a creation made, for kinds of resources that have no name of their own.

AWS sets tags in the creating call and lists them afterwards. So a resource whose id nobody heard, because the answer
was lost, can be found again; and of two that are alike each is found by its own declaration only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.emulator.expressions import search
from workbench.emulator.live import expression
from workbench.emulator.resource_type import Context, Read, resolve

if TYPE_CHECKING:
    from workbench.emulator.api import Api

OWNER_TAG = "emulator:owner"
"""Tag of the emulator's own; the value belongs to the resource's URN."""


def owner_tags(context: Context) -> dict[str, str]:
    """The declared tags, and the owner's."""
    return {**{key: str(value) for key, value in (context.get("tags") or {}).items()}, OWNER_TAG: context.uid}


def tag_list(key: str = "Key", value: str = "Value") -> Callable[[Context], list[dict[str, str]]]:
    """Argument: the declared tags and the owner's as the API's list of structures."""
    return lambda context: [{key: name, value: text} for name, text in owner_tags(context).items()]


def own_by_tags(listing: Read, tags: Read) -> Callable[[Api, Context], list[str]]:
    """Look-up where a listing does not say the tags: those of each listed resource are asked for.

    Args:
        listing: Gives the ids.
        tags: Gives the tags of ``{id}``, as a map or as a list of structures.
    """

    def find(api: Api, context: Context) -> list[str]:
        service = listing.service or ""
        ids = search(expression(listing.item, context), _ask(api, service, listing, context)) or []
        found = []
        for candidate in ids:
            context.id = candidate
            answer = search(expression(tags.item, context), _ask(api, service, tags, context)) or {}
            if _as_map(answer).get(OWNER_TAG) == context.uid:
                found.append(candidate)
        context.id = ""
        return found

    return find


def _ask(api: Api, service: str, read: Read, context: Context) -> dict[str, Any]:
    from workbench.emulator.errors import is_gone

    try:
        return api.call(service, read.operation, **{name: resolve(arg, context) for name, arg in read.args.items()})
    except Exception as error:
        if is_gone(error):
            return {}
        raise


def _as_map(tags: Any) -> dict[str, str]:
    if isinstance(tags, dict):
        return tags
    return {str(next(iter(item.values()))): list(item.values())[-1] for item in tags}
