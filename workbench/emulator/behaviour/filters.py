"""CloudWatch Logs filter patterns: JSON selectors and plain terms.

Source: CloudWatch Logs user guide, "Filter pattern syntax for metric filters" (2026-11). Covers ``=  !=  <  >  <=
>=``, wildcards in strings, ``IS NULL``, ``NOT EXISTS``, ``IS TRUE/FALSE``, ``&&``, ``||`` and parentheses.
"""

from __future__ import annotations

import fnmatch
import json
import operator
import re
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"(?:[^\"\\]|\\.)*\")|(?P<op>\|\||&&|!=|<=|>=|=|<|>|\(|\))|(?P<word>[^\s()|&=<>!\"]+))"
)
_NUMERIC = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


def matches(pattern: str, message: str) -> bool:
    """Whether a log event matches a filter pattern; an empty pattern matches all.

    Raises:
        ValueError: The pattern uses syntax that is not covered.
    """
    text = pattern.strip()
    if not text:
        return True
    if text.startswith("{"):
        try:
            event = json.loads(message)
        except ValueError:
            return False
        return _Reader(text[1:-1]).read(event)
    if text.startswith("["):
        raise ValueError(f"space-delimited filter patterns are not covered: {pattern}")
    return all(_term(term, message) for term in re.findall(r'-?"[^"]*"|\S+', text))


def _term(term: str, message: str) -> bool:
    wanted = not term.startswith("-")
    return (term.lstrip("-?").strip('"') in message) is wanted


class _Reader:
    """Recursive descent over one JSON pattern; ``&&`` binds closer than ``||``."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        position = 0
        text = text.strip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.end() == position:
                raise ValueError(f"filter pattern: cannot read {text[position:]!r}")
            self._tokens.append(match[0].strip())
            position = match.end()
        self._next = 0

    def read(self, event: Any) -> bool:
        result = self._either(event)
        if self._next != len(self._tokens):
            raise ValueError(f"filter pattern: unexpected {self._tokens[self._next]!r}")
        return result

    def _either(self, event: Any) -> bool:
        result = self._both(event)
        while self._peek() == "||":
            self._take()
            result = self._both(event) or result
        return result

    def _both(self, event: Any) -> bool:
        result = self._one(event)
        while self._peek() == "&&":
            self._take()
            result = self._one(event) and result
        return result

    def _one(self, event: Any) -> bool:
        if self._peek() == "(":
            self._take()
            result = self._either(event)
            self._take()
            return result
        found, value = select(self._take(), event)
        word = self._take()
        if word == "IS":
            wanted = self._take()
            return found and value is {"NULL": None, "TRUE": True, "FALSE": False}[wanted]
        if word == "NOT":
            self._take()
            return not found
        literal = self._take()
        return found and _compare(word, value, literal)

    def _peek(self) -> str | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self) -> str:
        token = self._peek()
        if token is None:
            raise ValueError("filter pattern: ends too early")
        self._next += 1
        return token


def select(selector: str, event: Any) -> tuple[bool, Any]:
    """Whether an event has what a selector (``$.detail.name``) names, and the value."""
    for part in re.findall(r"[^.\[\]$]+", selector):
        if isinstance(event, list) and part.isdecimal() and int(part) < len(event):
            event = event[int(part)]
        elif isinstance(event, dict) and part in event:
            event = event[part]
        else:
            return False, None
    return True, event


def _compare(word: str, value: Any, literal: str) -> bool:
    if word in _NUMERIC:
        return isinstance(value, int | float) and bool(_NUMERIC[word](value, float(literal)))
    if literal == "*":  # any value at all
        return word == "="
    quoted = literal.startswith('"')
    text = json.loads(literal) if quoted else literal
    if not quoted and isinstance(value, int | float) and not isinstance(value, bool):
        equal = float(value) == float(literal)
    else:
        equal = isinstance(value, str) and fnmatch.fnmatchcase(value, text.replace("[", "[[]"))
    return equal if word == "=" else not equal
