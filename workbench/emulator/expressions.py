"""JMESPath, compiled once an expression."""

from __future__ import annotations

import functools
from typing import Any


def search(expression: str, data: Any) -> Any:
    """What a JMESPath expression finds in an API answer; None if nothing."""
    return _compiled(expression).search(data)


@functools.cache
def _compiled(expression: str) -> Any:
    import jmespath  # type: ignore[import-untyped]  # comes with botocore, without type information

    return jmespath.compile(expression)
