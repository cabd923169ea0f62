"""What the API reports of a resource, the outputs that follow from it, and how it compares with what was declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbench.emulator import mapping
from workbench.emulator.api import moto_implements, operation_model
from workbench.emulator.errors import is_gone
from workbench.emulator.expressions import search
from workbench.emulator.resource_type import AwsType, Context, is_template, resolve

if TYPE_CHECKING:
    from workbench.emulator.api import Api

META = "__emulator"
"""Output that keeps what the provider must remember: the declared property names, and what was only validated."""

TAG_MEMBERS = ("Tags", "TagSet", "TagList", "tags")
"""Names under which AWS's answers hold tags."""


def live_view(api: Api, row: AwsType, context: Context) -> dict[str, Any] | None:
    """The resource as the API reports it, or None if it is not there."""
    view: dict[str, Any] = {}
    for read in row.read:
        if read.when and not any(context.get(name) for name in read.when):
            continue
        service = read.service or row.service
        if not moto_implements(service, read.operation):
            continue
        try:
            params = {name: resolve(arg, context) for name, arg in read.args.items()}
            answer = api.call(service, read.operation, **params)
        except Exception as error:
            if is_gone(error):
                if read.under:
                    continue
                return None
            raise
        item = search(expression(read.item, context), answer)
        if read.under:
            view[read.under] = item
        elif item is None:
            return None
        else:
            view |= item if isinstance(item, dict) else {"value": item}
    return view


def compare(row: AwsType, context: Context, live: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Declared property → (declared, live), both in the API's form, for each one that the API reports."""
    pairs: dict[str, tuple[Any, Any]] = {}
    calls = (row.create, *row.steps)
    for name, value in context.properties.items():
        if (name in row.never_sent and name not in row.live) or name in (META, *row.not_kept):
            continue
        for call in calls:
            shape = operation_model(call.service or row.service, call.operation).input_shape
            member = mapping.member_for(shape, name, row.renames) if shape is not None else None
            if member and member in call.args and name not in row.live:
                declared = resolve(call.args[member], context)
            else:
                declared = mapping.to_api(shape.members[member], value, row.renames, name) if member else value
            if name in row.live:
                pairs[name] = (declared, search(expression(row.live[name], context), live))
                break
            if name == "tags" and (kept_as := next((k for k in TAG_MEMBERS if k in live), None)):
                pairs[name] = (value, live[kept_as])
                break
            if member and member in live:
                pairs[name] = (declared, live[member])
                break
    return pairs


def different(row: AwsType, context: Context, live: dict[str, Any]) -> set[str]:
    """Declared properties that the API reports otherwise than declared."""
    pairs = compare(row, context, live)
    return {name for name, (declared, found) in pairs.items() if not mapping.same(declared, found)}


def outputs_of(row: AwsType, context: Context, live: dict[str, Any] | None) -> dict[str, Any]:
    """The resource's outputs, which the context's state gets too.

    Raises:
        RuntimeError: The API does not know the resource.
    """
    if live is None:
        raise RuntimeError(f"{context.urn}: created, and the API does not know it")
    context.state = {**context.state, **context.properties}
    outputs: dict[str, Any] = {"region": context.region}
    for name, found_by in row.outputs.items():
        if name in row.computed and name in context.properties:
            continue
        if callable(found_by) or is_template(found_by):
            outputs[name] = resolve(found_by, context)
        else:
            outputs[name] = mapping.from_api(None, search(found_by, live))
        context.state[name] = outputs[name]
    tags = context.properties.get("tags")
    if row.tag or isinstance(tags, dict):
        outputs["tagsAll"] = dict(tags or {})
    return outputs


def expression(text: str, context: Context) -> str:
    """JMESPath with ``{name}`` filled in; JMESPath's own braces hold more than a word."""
    return re.sub(r"\{(\w+)\}", lambda match: str(context.get(match[1], getattr(context, match[1], ""))), text)
