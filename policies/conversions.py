"""Has the SDK's server read the messages of a request once, and not again for each policy of the pack.

The server makes the properties of a resource anew for every policy that it runs (`_PolicyAnalyzerServicer`,
pulumi_policy 1.21.0), so that none sees what another did to them. For the some 300 of this pack, which change none,
that was nine tenths of the time of `pulumi preview --policy-pack`.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from google.protobuf import json_format
from pulumi_policy import policy as sdk


class _Answering(threading.local):
    """The request that this thread answers: the server has several threads."""

    made: defaultdict[int, dict[int, tuple[Any, Any]]] | None = None
    """Function -> identity of its argument -> the argument, which keeps its identity by that, and what came of it."""


_answering = _Answering()


@contextmanager
def read_once() -> Iterator[None]:
    """For the time of a ``with``, what the SDK makes of a message is made once."""
    _answering.made = defaultdict(dict)
    try:
        yield
    finally:
        _answering.made = None


def once(make: Callable[..., Any]) -> Callable[..., Any]:
    """`make` of one argument; the same result for the same object while a request is answered."""

    def made(argument: Any, *others: Any) -> Any:
        known = _answering.made
        if known is None or others:
            return make(argument, *others)
        results = known[place]
        result = results.get(id(argument))
        if result is None:
            result = results[id(argument)] = argument, make(argument)
        return result[1]

    place = id(made)
    return made


def install() -> None:
    """Put these in the place of what the SDK's server calls; without `read_once` they do the same as before."""
    replaced: Any = sdk
    replaced.json_format = SimpleNamespace(MessageToDict=once(json_format.MessageToDict))
    replaced.deserialize_properties = once(replaced.deserialize_properties)
    replaced.unknown_checking_proxy = once(replaced.unknown_checking_proxy)
