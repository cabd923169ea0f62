"""JSON texts whose values may be outputs."""

from __future__ import annotations

import json
from typing import Any, Final

import pulumi


def json_text(document: Any) -> pulumi.Output[str]:
    """`document` as JSON, once the outputs in it are known; unknown or secret as soon as one of them is.

    What `pulumi.Output.json_dumps` returns. That makes an output of every leaf and every branch, known ones too: for
    the state machines and policies of a stack that was almost half of what declaring it takes (SDK 3.272).
    Raises TypeError for a value that is neither JSON's nor an output, and ValueError for a text that stands for one.
    """
    found: dict[int, pulumi.Output[Any]] = {}
    gaps: list[int] = []

    def note(value: Any) -> str:
        if not isinstance(value, pulumi.Output):
            raise _unfit(value)
        found[id(value)] = value
        gaps.append(id(value))
        return _GAP

    def unfit(value: Any) -> None:
        raise _unfit(value)

    first, *others = json.dumps(document, default=note).split(json.dumps(_GAP))
    if len(others) != len(gaps):
        raise ValueError(f"a text in the document is {_GAP!r}, which stands for an output here")

    def written(values: list[Any]) -> str:
        known = {gap: json.dumps(value, default=unfit) for gap, value in zip(found, values, strict=True)}
        return "".join((first, *(known[gap] + after for gap, after in zip(gaps, others, strict=True))))

    return pulumi.Output.all(*found.values()).apply(written)


_GAP: Final = "\0output\0"
"""Stands for an output until it is known."""


def _unfit(value: Any) -> TypeError:
    return TypeError(f"a {type(value).__name__} is neither JSON nor an output")
