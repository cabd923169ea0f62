"""What a definition's rehearsal gave is remembered: in this process, and kept from run to run."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

from deployment import kept

P = ParamSpec("P")
R = TypeVar("R")

POLICIES: Final = Path(__file__).resolve().parents[1]
MOST: Final = 64
"""Results of one rehearsal that are remembered, and that a run keeps: all those of a large stack would push out what
other runs keep."""


def remembered(rehearse: Callable[P, R]) -> Callable[P, R]:
    """`rehearse`, asked once for the same arguments and the same code of the project.

    Arguments and result are made of text, numbers, tuples, lists and dicts, which say in Python what they are.
    """

    @lru_cache(maxsize=MOST)
    @wraps(rehearse)
    def recall(*arguments: Any) -> Any:
        code, current = _code()
        current = current and recall.cache_info().misses <= MOST
        key = kept.key_of("rehearsal", rehearse.__module__, rehearse.__qualname__, repr(arguments), code)
        found = kept.read(key) if current else None
        if found is not None:
            return ast.literal_eval(found.decode())
        result = rehearse(*arguments)  # type: ignore[call-arg]
        if current:
            kept.write(key, repr(result).encode())
        return result

    return cast("Callable[P, R]", recall)


@cache
def _code() -> tuple[str, bool]:
    """What a rehearsal runs: the promises, what rules share, and the interpreter of the states language."""
    shared = sorted(path for folder in (POLICIES, POLICIES / "rules") for path in folder.glob("*.py"))
    return kept.code(POLICIES / "promises", POLICIES.parent / "deployment", *shared)
