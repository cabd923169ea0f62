"""An audit as JSON, a stack a line: written as the stacks come, so that thousands need no more memory than one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from workbench.audit.rows import stack_json
from workbench.audit.run import Row
from workbench.audit.summary import Summary


def pieces(rows: Iterable[Row], summary: Summary, tags: Sequence[str] = ()) -> Iterator[str]:
    """The document, piece by piece; `summary` is fed on the way, and follows the stacks."""
    yield '{"stacks": ['
    separator = "\n"
    for row in rows:
        summary.add(row)
        yield separator + json.dumps(stack_json(row), ensure_ascii=False)
        separator = ",\n"
    summary.finish()
    yield "\n],\n" + json.dumps(summary.to_json(tags), indent=2, ensure_ascii=False)[1:].lstrip("\n") + "\n"
