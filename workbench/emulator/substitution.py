"""Puts real outputs where a deployment has the preview's stand-ins.

A deployment made offline refers to what does not exist yet by made-up ids, ARNs and host names (workbench.preview),
also inside texts such as IAM policies. As each resource comes to life, its real values take the place of those.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Any

MINIMUM_LENGTH = 7
"""Shorter values ("1", "ACTIVE") say nothing about where they came from."""

_NO_WORD_BEFORE = r"(?<![0-9A-Za-z])"
_BEGINNINGS = re.compile(_NO_WORD_BEFORE + f"(?=(.{{{MINIMUM_LENGTH}}}))", re.DOTALL)
"""Beginnings of all that may be a made-up value within a text: one by one, each would be looked for in each text."""

_IPV6_BLOCK = re.compile(r"^([0-9a-f:]+[0-9a-f]{2})00::/56$")


@dataclass
class Substitution:
    """Made-up value → real value, for the resources made so far."""

    known: dict[str, str] = field(default_factory=dict)
    _by_beginning: dict[str, set[str]] = field(default_factory=dict)
    """First characters → the made-up values that begin with them."""

    def learn(self, stand_in: Any, real: Any) -> None:
        """Remember what each text in a resource's made-up outputs became."""
        if isinstance(stand_in, dict) and isinstance(real, dict):
            for key in stand_in.keys() & real.keys():
                self.learn(stand_in[key], real[key])
        elif isinstance(stand_in, list) and isinstance(real, list):
            for old, new in zip(stand_in, real, strict=False):
                self.learn(old, new)
        elif isinstance(stand_in, str) and isinstance(real, str) and stand_in != real:
            self._know(stand_in, real)
            old_block, new_block = _IPV6_BLOCK.match(stand_in), _IPV6_BLOCK.match(real)
            if old_block and new_block:  # a subnet's block is a part of its VPC's, not the same text
                self._know(old_block[1], new_block[1])

    def _know(self, stand_in: str, real: str) -> None:
        if len(stand_in) >= MINIMUM_LENGTH:
            self.known[stand_in] = real
            self._by_beginning.setdefault(stand_in[:MINIMUM_LENGTH], set()).add(stand_in)

    def apply(self, value: Any) -> Any:
        """A value with the real ones in it, also within longer texts."""
        if isinstance(value, dict):
            return {self.apply(key): self.apply(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.apply(item) for item in value]
        if not isinstance(value, str) or len(value) < MINIMUM_LENGTH or not self.known:
            return value
        if value in self.known:
            return self.known[value]
        present = {
            stand_in
            for beginning in self._by_beginning.keys() & _beginnings(value)
            for stand_in in self._by_beginning[beginning]
            if stand_in in value
        }
        if not present:
            return value
        longest_first = sorted(present, key=len, reverse=True)
        pattern = _NO_WORD_BEFORE + "(?:" + "|".join(map(re.escape, longest_first)) + ")"
        return re.sub(pattern, lambda match: self.known[match[0]], value)


@functools.lru_cache(maxsize=4096)  # names and ARNs come again and again, and whole texts with each deployment
def _beginnings(text: str) -> frozenset[str]:
    return frozenset(_BEGINNINGS.findall(text))
