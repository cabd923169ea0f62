"""Looks for what an interrupted creation left behind, so that it is neither made twice nor forgotten.

AWS offers three ways to know one's own again: a name that only one resource can have, a client token, and tags set by
the creating call. Where the first two are missing, the emulator adds a tag of its own (``OWNER_TAG``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.emulator.api import moto_implements
from workbench.emulator.errors import is_gone
from workbench.emulator.expressions import search
from workbench.emulator.live import different, expression, live_view
from workbench.emulator.resource_type import AwsType, Context, Read, is_template, resolve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from workbench.emulator.api import Api


def look(api: Api, row: AwsType, context: Context, taken: Collection[str]) -> Iterator[tuple[dict[str, Any], set[str]]]:
    """What may have been left behind: live view and the properties that differ; the context has the id meanwhile.

    Args:
        api: The API to ask.
        row: The type.
        context: The interrupted creation.
        taken: Ids of resources that somebody knows: none of them was left behind.
    """
    for candidate in _candidates(api, row, context):
        if candidate in taken:
            continue
        context.id = candidate
        live = live_view(api, row, context)
        if live is None:
            continue
        differing = different(row, context, live)
        # What has the name and lacks the tags that the creating call sets was made by somebody else.
        tagged_later = any("tags" in step.when for step in row.steps)
        if "tags" in differing and not row.finds_own and not tagged_later:
            continue
        yield live, differing
    context.id = ""


def _candidates(api: Api, row: AwsType, context: Context) -> list[str]:
    """Ids that the creation may have given, from a look-up or from the declared properties."""
    if row.find is None:
        return [str(resolve(row.id, context))] if is_template(row.id) else []
    if not isinstance(row.find, Read):
        return row.find(api, context)
    service = row.find.service or row.service
    if not moto_implements(service, row.find.operation):
        return []
    try:
        params = {name: resolve(arg, context) for name, arg in row.find.args.items()}
        found = search(expression(row.find.item, context), api.call(service, row.find.operation, **params))
    except Exception as error:
        if is_gone(error):
            return []
        raise
    return [str(item) for item in (found if isinstance(found, list) else [found]) if item]
