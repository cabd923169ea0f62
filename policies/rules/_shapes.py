"""Copies of a state machine differ in names alone: what they have in common is judged once for all of them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from deployment.per_text import per_text
from policies.checks import mappings
from policies.rules._workflows import literals, machines, read, tasks

SHAPED: Final = re.compile(r"name-(\d+)-")
SHORTEST: Final = 8
MARKS: Final = frozenset("\\'\"")
RANGE: Final = re.compile(r"[0-9a-fA-F.:]+/\d+")
MOST: Final = 64
"""Shapes that are known a copy by: of more different machines hardly any has one."""


def shape(text: str) -> str:
    """`text` of a definition with names for its own names: copies of one machine have one shape."""
    return shaped(text)[0]


@per_text()
def shaped(text: str) -> tuple[str, tuple[str, ...]]:
    """The shape of `text`, and its own names, each in the place of the number that stands for it."""
    for known in tuple(_met):  # another thread of the engine's may meet one meanwhile
        if names := known.names_in(text):
            return known.text, names
    own = _own(read(text) or {}) if not SHAPED.search(text) else set()
    order: dict[str, int] = {}
    # What stands between quotation marks, those of the language's functions included.
    words = re.split(r"(['\"])", text)
    numbers = {place: order.setdefault(word, len(order)) for place, word in enumerate(words) if word in own}
    if not numbers:
        return text, ()
    _met.append(_Shape(words, numbers))
    return _met[-1].text, tuple(order)


def unshaped(value: Any, names: tuple[str, ...]) -> Any:
    """`value` of a rehearsed shape with the machine's own names again."""
    if isinstance(value, str):
        return SHAPED.sub(lambda found: names[int(found[1])], value)
    if isinstance(value, dict):
        return {unshaped(key, names): unshaped(item, names) for key, item in value.items()}
    return [unshaped(item, names) for item in value] if isinstance(value, list) else value


class _Shape:
    """What is left of a definition without its own names, by which a copy is told without reading it."""

    def __init__(self, words: Sequence[str], numbers: Mapping[int, int]) -> None:
        written = [f"name-{numbers[place]}-" if place in numbers else word for place, word in enumerate(words)]
        self.text = "".join(written)
        self._words = frozenset(written)
        places = [*numbers, len(words)]
        self._begin = "".join(words[: places[0]])
        self._parts = [
            (numbers[place], words[place + 1], "".join(words[place + 1 : following]))
            for place, following in pairwise(places)
        ]
        """Number of each name, the mark behind it, and what follows up to the next one."""

    def names_in(self, text: str) -> tuple[str, ...]:
        """The own names of the copy that `text` is; none where it is something else."""
        if not text.startswith(self._begin):
            return ()
        names: dict[int, str] = {}
        place = len(self._begin)
        for number, mark, following in self._parts:
            end = text.find(mark, place)
            if end < 0 or names.setdefault(number, text[place:end]) != text[place:end]:
                return ()
            if not text.startswith(following, end):
                return ()
            place = end + len(following)
        found = tuple(names.values())
        told_apart = len(set(found)) == len(found) and self._words.isdisjoint(found) and all(map(_is_name, found))
        return found if told_apart and place == len(text) else ()


_met: Final[deque[_Shape]] = deque(maxlen=MOST)


def _is_name(value: str) -> bool:
    """True for what may be another in a copy; it reads the same in JSON, and is no path."""
    return (
        len(value) > SHORTEST
        and (":" in value or "/" in value or "-" in value)
        and not RANGE.fullmatch(value)
        and not SHAPED.search(value)
        and value.isprintable()
        and MARKS.isdisjoint(value)
        and not value.endswith(".$")
    )


@per_text()
def calls(text: str) -> Sequence[tuple[str, Sequence[str]]]:
    """Action of each task of the definition `text`, "" where it can't be told, and the plain strings it is given: once
    of those that say the same."""
    form, names = shaped(text)
    own = {f"name-{number}-": name for number, name in enumerate(names)}
    return [(action, [own.get(one, one) for one in given]) for action, given in _calls(form)]


@per_text()
def _calls(text: str) -> Sequence[tuple[str, Sequence[str]]]:
    return tuple(dict.fromkeys((task.action, tuple(task.given)) for task in tasks(read(text) or {})))


def _own(document: Mapping[str, Any]) -> set[str]:
    """Names that another copy may have others for: not what a task calls, wherever else that is said."""
    called = {str(task.state.get("Resource")) for task in tasks(document)}
    return {value for value in _given(document) if _is_name(value)} - called


def _given(document: Mapping[str, Any]) -> Iterator[str]:
    """Plain strings in what the states of `document` give their calls, or on."""
    for task in tasks(document):
        yield from task.given
    for machine in machines(document):
        for state in mappings(list(machine["States"].values())):
            if "Result" in state or ("Parameters" in state and state.get("Type") != "Task"):
                yield from literals([state.get("Parameters"), state.get("Result")])
