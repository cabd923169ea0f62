"""Finds those rules of a listener that may take a request, without asking each of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from deployment.graph import Resource, leaves
from deployment.unknown import Sentinel
from policies.checks import mappings, strings, unasked

PLACES: Final = ("hostHeader", "pathPattern")
"""What conditions are about that tell many rules apart; of methods there are few."""

_Key: TypeAlias = tuple[str, bool, str]
"""Place, whether its values begin so (or else end so), and the text."""

_WILD: Final = re.compile(r"[*?\[\]]")


class ListenerRules:
    """Rules of one listener, in their order. Each is kept under the letters with which a value must begin or end that
    fits one of its conditions; of several conditions under the one that fewest other rules have. Of rules that ask for
    the same the first takes all, so the others are not looked at."""

    def __init__(self, rules: Sequence[Resource]) -> None:
        self._rules = rules = _first_of_each(rules)
        choices = [list(_conditions(rule)) for rule in rules]
        shared = Counter(key for choice in choices for keys in choice for key in keys)
        self._by_key: dict[_Key, list[int]] = {}
        self._any: list[int] = []
        for number, choice in enumerate(choices):
            if not choice:
                self._any.append(number)
                continue
            for key in min(choice, key=lambda keys: max(shared[key] for key in keys)):
                self._by_key.setdefault(key, []).append(number)
        self._lengths = sorted({(place, begins, len(text)) for place, begins, text in self._by_key})

    def that_may_take(self, request: Mapping[str, str]) -> Iterator[Resource]:
        """Rules in order; those left out have a condition that `request` (place -> value) does not fit."""
        found = set(self._any)
        for place, begins, length in self._lengths:
            value = request[place]
            if length <= len(value):
                text = value[:length] if begins else value[len(value) - length :]
                found.update(self._by_key.get((place, begins, text), ()))
        for number in sorted(found):
            yield self._rules[number]


def _first_of_each(rules: Sequence[Resource]) -> list[Resource]:
    """The rules without those that ask for what an earlier one asks for; one with something hidden asks for its own."""
    found: dict[str, Resource] = {}
    for rule in rules:
        conditions: Any = unasked(rule.inputs, "conditions")
        hidden = any(isinstance(leaf, Sentinel) for leaf in leaves(conditions))
        found.setdefault(rule.urn if hidden else repr(conditions), rule)
    return list(found.values())


def _conditions(rule: Resource) -> Iterator[set[_Key]]:
    """What a request must have one of, for each condition that says so; nothing for a rule with something hidden."""
    conditions: Any = unasked(rule.inputs, "conditions")
    if any(isinstance(leaf, Sentinel) for leaf in leaves(conditions)):
        return
    for condition in mappings(conditions):
        for place in PLACES:
            for one in mappings(condition.get(place)):
                keys = {_key(place, pattern) for pattern in strings(one.get("values"))}
                if keys and None not in keys:
                    yield {key for key in keys if key is not None}


def _key(place: str, pattern: str) -> _Key | None:
    """The letters before the first wildcard, or else after the last; None where there are none."""
    parts = _WILD.split(pattern)
    if parts[0]:
        return place, True, parts[0]
    return (place, False, parts[-1]) if parts[-1] else None
