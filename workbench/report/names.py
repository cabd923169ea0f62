"""Names that people read: of types, and of resources by their URN."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from deployment.urn import name_of


def short_types(tokens: Iterable[str]) -> Mapping[str, str]:
    """Token -> what stands for it among `tokens`: its last part, or the whole token where two share that part."""
    by_last: dict[str, set[str]] = defaultdict(set)
    for token in tokens:
        by_last[token.rpartition(":")[2]].add(token)
    return {token: last if len(same) == 1 else token for last, same in by_last.items() for token in same}


def resource_name(urn: str) -> str:
    """Logical name in `urn`; "the stack" where a finding names no resource."""
    return name_of(urn) or "the stack"
