"""Patterns with wildcards, as policies and conditions of AWS hold them, matched without a compiled expression for each.

Large stacks have thousands of such patterns, and compiling one takes a hundred times as long as matching it.
"""

from __future__ import annotations

from fnmatch import fnmatchcase


def fits(text: str, pattern: str) -> bool:
    """What `fnmatch.fnmatchcase` says of `text` and `pattern`."""
    if "?" in pattern or "[" in pattern:
        return fnmatchcase(text, pattern)
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    last = rest.pop()
    place, end = len(first), len(text) - len(last)
    if end < place or not text.startswith(first) or not text.endswith(last):
        return False
    for part in rest:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True
