"""JSON texts whose values may be outputs."""

from __future__ import annotations

import json
from typing import Any

import pulumi


def json_text(document: Any) -> pulumi.Output[str]:
    """`document` as JSON, once the outputs in it are known; unknown or secret as soon as one of them is.

    What `pulumi.Output.json_dumps` returns. That makes an output of every leaf and every branch, known ones too: for
    the state machines and policies of a stack that was almost half of what declaring it takes (SDK 3.272).
    Raises TypeError for a value that is neither JSON's nor an output.
    """
    found: dict[int, pulumi.Output[Any]] = {}

    def note(value: Any) -> None:
        if not isinstance(value, pulumi.Output):
            raise _unfit(value)
        found[id(value)] = value

    def written(values: list[Any]) -> str:
        known = dict(zip(found, values, strict=True))

        def fill(value: Any) -> Any:
            if id(value) not in known:
                raise _unfit(value)
            return known[id(value)]

        return json.dumps(document, default=fill)

    json.dumps(document, default=note)
    return pulumi.Output.all(*found.values()).apply(written)


def _unfit(value: Any) -> TypeError:
    return TypeError(f"a {type(value).__name__} is neither JSON nor an output")
