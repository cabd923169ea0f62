"""Usage files: numbers of use that no property holds, in the shape that Infracost's users know.

``resource_type_default_usage`` gives numbers to every resource of a type (a Pulumi token or its Terraform
twin), ``resource_usage`` to single ones: by URN, by ``type::name``, by name, each with ``*`` as a wildcard.
The most exact entry wins, key by key.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

from cost.registry import all_pricers, pricer_of
from cost.transfers import KEYS, PREFIX, Transfer
from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph

VERSION: Final = "0.1"
TYPES: Final = "resource_type_default_usage"
RESOURCES: Final = "resource_usage"


@dataclass(frozen=True, slots=True)
class UsageFile:
    """A checked usage file."""

    source: str
    by_type: Mapping[str, Mapping[str, Decimal]]
    """Pulumi type token -> usage key -> number."""
    by_resource: Mapping[str, Mapping[str, Decimal]]
    """Pattern of a resource -> usage key -> number."""
    transfers: tuple[Transfer, ...] = ()
    """Data transfer that belongs to no resource."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Numbers of use of one stack, as a usage file gives them."""

    by_urn: Mapping[str, Mapping[str, Decimal]]
    transfers: tuple[Transfer, ...] = ()
    """Data transfer that belongs to no resource."""


def parse_usage(document: Any, source: str) -> UsageFile:
    """The usage file in the parsed YAML `document`. Raises InputError that lists every fault."""
    problems: list[str] = []
    if not isinstance(document, dict):
        raise InputError(f"{source}: not a usage file; expected `version: {VERSION}` and {TYPES} or {RESOURCES}")
    if str(document.get("version")) != VERSION:
        given = repr(document["version"]) if "version" in document else "missing"
        problems.append(f"{source}: version is {given}; allowed: {VERSION}")
    problems += [
        f"{source}: {key!r} isn't a section{_hint(str(key), (TYPES, RESOURCES))}"
        for key in document
        if key not in ("version", TYPES, RESOURCES)
    ]
    by_type: dict[str, Mapping[str, Decimal]] = {}
    for name, entry in _section(document, TYPES, source, problems).items():
        tokens = tokens_of(str(name))
        if not tokens:
            known = [*twins(), *(token for token, _ in all_pricers())]
            problems.append(f"{source}: {TYPES}.{name}: no such priced type{_hint(str(name), known)}")
        for token in tokens:
            by_type[token] = _numbers(entry, f"{source}: {TYPES}.{name}", _usage_keys(token), problems)
    by_resource: dict[str, Mapping[str, Decimal]] = {}
    transfers: list[Transfer] = []
    for pattern, entry in _section(document, RESOURCES, source, problems).items():
        where = f"{source}: {RESOURCES}.{pattern}"
        if str(pattern).startswith(PREFIX):
            transfers.append(_transfer(str(pattern).removeprefix(PREFIX), entry, where, problems))
        else:
            by_resource[str(pattern)] = _numbers(entry, where, None, problems)
    if problems:
        raise InputError(*problems)
    return UsageFile(source, by_type, by_resource, tuple(transfers))


def resolve(usage: UsageFile, graphs: Iterable[ResourceGraph]) -> list[dict[str, dict[str, Decimal]]]:
    """Numbers by URN for each of `graphs`. Raises InputError for an entry that no resource of any graph has."""
    matched: dict[str, set[str]] = {}
    names: set[str] = set()
    results = []
    for graph in graphs:
        names.update(resource.name for resource in graph)
        results.append(numbers_of(usage, graph, matched))
    problems = [
        f"{usage.source}: {RESOURCES}.{pattern}: no such resource{_hint(pattern, sorted(names))}"
        for pattern in usage.by_resource
        if pattern not in matched
    ]
    # One name may stand for resources of several types: a key has to mean something for one of them.
    problems += [
        f"{usage.source}: {RESOURCES}.{pattern}.{key}: no resource of that name has such a usage key"
        + _hint(key, sorted(known))
        for pattern, known in matched.items()
        for key in usage.by_resource[pattern]
        if key not in known
    ]
    if problems:
        raise InputError(*problems)
    return results


def numbers_of(usage: UsageFile, graph: ResourceGraph, matched: dict[str, set[str]]) -> dict[str, dict[str, Decimal]]:
    """Numbers by URN for `graph`. `matched` learns which patterns name a resource, and the usage keys of those."""
    exact = {pattern for pattern in usage.by_resource if "*" not in pattern}
    wild = sorted((pattern for pattern in usage.by_resource if "*" in pattern), key=_exactness)
    numbers: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for resource in graph:
        if (given := usage.by_type.get(resource.type)) is not None:
            numbers[resource.urn].update(given)
        keys = _keys(resource)
        mine = [pattern for pattern in wild if any(fnmatchcase(key, pattern) for key in keys)]
        mine += [key for key in keys if key in exact]
        known = _usage_keys(resource.type) if mine else ()
        for pattern in mine:
            matched.setdefault(pattern, set()).update(known)
            entry = usage.by_resource[pattern]
            numbers[resource.urn].update({key: value for key, value in entry.items() if key in known})
    return dict(numbers)


@cache
def twins() -> Mapping[str, tuple[str, ...]]:
    """Terraform type -> Pulumi tokens of the same resource."""
    found: dict[str, tuple[str, ...]] = {}
    for token, pricer in all_pricers():
        for twin in pricer.twins:
            found[twin] = (*found.get(twin, ()), token)
    return found


def tokens_of(name: str) -> tuple[str, ...]:
    """Pulumi tokens that the type `name` of a usage file stands for; empty when it isn't priced."""
    if name in twins():
        return twins()[name]
    return (name,) if ":" in name and pricer_of(name) is not None else ()


def _usage_keys(token: str) -> tuple[str, ...]:
    pricer = pricer_of(token)
    if pricer is None:
        return ()
    return tuple(name for key in pricer.usage for name in (key.name, key.also) if name)


@cache
def _choices() -> Mapping[str, tuple[str, ...]]:
    """Usage keys that take words -> the words."""
    return {key.name: key.choices for _, pricer in all_pricers() for key in pricer.usage if key.choices}


def _keys(resource: Resource) -> tuple[str, str, str]:
    """What an entry may call the resource, least exact first."""
    return resource.name, f"{resource.type}::{resource.name}", resource.urn


def _exactness(pattern: str) -> tuple[int, str]:
    """Longer literal text is more exact."""
    return len(pattern.replace("*", "")), pattern


def _section(document: Mapping[str, Any], key: str, source: str, problems: list[str]) -> Mapping[Any, Any]:
    value = document.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.append(f"{source}: {key} must be a mapping, not {type(value).__name__}")
        return {}
    return value


def _transfer(name: str, entry: Any, where: str, problems: list[str]) -> Transfer:
    region = entry.get("region") if isinstance(entry, dict) else None
    numbers = {key: value for key, value in entry.items() if key != "region"} if isinstance(entry, dict) else entry
    return Transfer(name, None if region is None else str(region), _numbers(numbers, where, tuple(KEYS), problems))


def _numbers(entry: Any, where: str, known: Sequence[str] | None, problems: list[str]) -> dict[str, Decimal]:
    """Checked numbers of one entry; with `known` also its keys."""
    if not isinstance(entry, dict):
        problems.append(f"{where}: must be a mapping of usage keys to numbers")
        return {}
    found: dict[str, Decimal] = {}
    for key, value in flat(entry):
        if known is not None and key not in known:
            problems.append(f"{where}.{key}: no such usage key{_hint(str(key), known)}")
            continue
        if isinstance(value, str) and (choices := _choices().get(str(key))) is not None:
            if value.lower() not in choices:
                problems.append(f"{where}.{key}: {value!r} is none of {', '.join(choices)}")
                continue
            found[str(key)] = Decimal(choices.index(value.lower()))
            continue
        try:
            number = Decimal(str(value)) if isinstance(value, (int, float, str)) else Decimal(-1)
        except InvalidOperation:
            number = Decimal(-1)
        if isinstance(value, bool) or not number.is_finite() or not 0 <= number <= LARGEST:
            problems.append(f"{where}.{key}: {value!r} is not a number from 0 to {LARGEST:.0e}")
            continue
        found[str(key)] = number
    return found


def flat(entry: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Keys and values of `entry`; a mapping below a key (Infracost's storage classes) gives ``key.inner``."""
    for key, value in entry.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", number) for inner, number in value.items())
        else:
            yield key, value


LARGEST: Final = Decimal(10) ** 15
"""No number of use is larger; what is has a slip in it."""


def _hint(word: str, known: Iterable[str]) -> str:
    choices = list(known)
    close = get_close_matches(word, choices, n=1, cutoff=0.5)
    if not close:
        parts = {re.sub(r"[^a-z]", "", choice.lower()): choice for choice in choices}
        close = [parts[each] for each in get_close_matches(re.sub(r"[^a-z]", "", word.lower()), parts, n=1)]
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; allowed: {', '.join(choices)}" if choices and len(choices) <= 12 else ""
