"""Text of a pattern in as few draws as can be: `from_regex` draws each letter, which was half of drawing settings."""

from __future__ import annotations

import string
from re import _parser as parser
from typing import Any

from hypothesis import strategies as st

WORD = string.ascii_letters + string.digits + "_ąčęß٣中"
"""Of what Unicode counts as a word's characters: all of ASCII, and some that people write in names."""


class UncoveredError(Exception):
    """A pattern that says something else than which characters follow one another how often."""


def matching(pattern: str) -> st.SearchStrategy[str]:
    """Text that `pattern` matches as a whole."""
    try:
        return _joined(parser.parse(pattern))
    except UncoveredError:
        return st.from_regex(pattern, fullmatch=True)


def _joined(sequence: Any) -> st.SearchStrategy[str]:
    parts: list[str | st.SearchStrategy[str]] = []
    for operation, argument in sequence:
        if operation is parser.AT:
            continue  # the text is the whole match, so its ends are where the pattern's are
        if operation is parser.LITERAL and parts and isinstance(parts[-1], str):
            parts[-1] += chr(argument)
        else:
            parts.append(chr(argument) if operation is parser.LITERAL else _part(operation, argument))
    strategies = [st.just(part) if isinstance(part, str) else part for part in parts]
    return strategies[0] if len(strategies) == 1 else st.tuples(*strategies).map("".join)


def _part(operation: Any, argument: Any) -> st.SearchStrategy[str]:
    if operation is parser.IN:
        return st.sampled_from(_alphabet(argument))
    if operation is parser.SUBPATTERN:
        return _joined(argument[3])
    if operation is parser.BRANCH:
        return st.one_of([_joined(one) for one in argument[1]])
    if operation is not parser.MAX_REPEAT:
        raise UncoveredError(operation)
    least, most, [*repeated] = argument
    if len(repeated) == 1 and repeated[0][0] in (parser.IN, parser.LITERAL):
        alphabet = _alphabet(repeated[0][1] if repeated[0][0] is parser.IN else repeated)
        return st.text(alphabet, min_size=least, max_size=None if most is parser.MAXREPEAT else most)
    several = least + 3 if most is parser.MAXREPEAT else most
    return st.lists(_joined(repeated), min_size=least, max_size=several).map("".join)


def _alphabet(characters: Any) -> str:
    found = ""
    for operation, argument in characters:
        if operation is parser.LITERAL:
            found += chr(argument)
        elif operation is parser.RANGE:
            found += "".join(map(chr, range(argument[0], argument[1] + 1)))
        elif argument is parser.CATEGORY_WORD:
            found += WORD
        else:
            raise UncoveredError(operation)
    return found
