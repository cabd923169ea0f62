"""Rules that are data: what a property has to be, in a row; the row's examples follow from it.

    row(
        "edge-desync-mitigation",
        LOAD_BALANCER,
        must_be("desyncMitigationMode", "defensive", "strictest"),
        title="Load balancers mitigate request desync",
        ...
    )

A row passes where all of its conditions hold. A value that is not known yet, or secret, is never a pass and never a
failure: it is reported as undecided. A secret counts as set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypedDict, Unpack

from deployment.decimals import number
from deployment.graph import Resource, first_step
from deployment.unknown import SECRET, UNKNOWN, Sentinel
from policies.checks import is_absent, mappings, same, shown
from policies.context import Context, Kind
from policies.examples import Changes, Example, but, each
from policies.finding import Enforcement, Risk, Severity
from policies.remediation import each_of, set_to, set_to_if_set
from policies.rule import Check, Problem, Remediation, Rule, undecided

IT: Final = "it"
"""Name of the resource that a derived example is about."""

GIVEN: Final = "something given"
"""In `where`: any value, as long as there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that a row asks of a resource, with what makes it hold and what breaks it."""

    check: Check
    good: Changes
    """What the example needs for it to hold."""
    bad: tuple[Changes, ...]
    """Ways to break it."""
    unknown: tuple[Changes, ...] = ()
    """Ways to leave it undecided."""
    mend: Remediation | None = None
    reads: tuple[str, ...] = ()
    """Paths by which alone it judges; none where it looks at more."""
    only_with: tuple[str, ...] = ()
    """Properties without all of which it holds; none where it may not."""
    kind: Kind | None = None
    """What of a resource it judges by alone, where that is not told by paths; for a row of one condition."""
    reads_graph: bool = False


class About(TypedDict, total=False):
    """The fields of a Rule that a row gives in words."""

    title: str
    severity: Severity
    risk: Risk | None
    enforcement: Enforcement
    why: str
    fix: str
    source: str
    refused_by: str
    frameworks: tuple[str, ...]
    reads_graph: bool


def row(
    rule_id: str,
    types: tuple[str, ...],
    *conditions: Condition,
    where: Mapping[str, tuple[Any, ...]] | None = None,
    mends: bool = False,
    **about: Unpack[About],
) -> Rule:
    """Rule that all of `conditions` hold for resources of `types`; `where` narrows them to given values of properties.

    `mends` lets pack configuration have the property set before the resource is made.
    """
    narrowed = where or {}
    start: Example = {IT: (types[0], {})}
    holding = {f"{IT}.{path}": values[0] for path, values in narrowed.items()}
    for condition in conditions:
        holding |= condition.good
    passing = but(start, holding)
    failing = each(passing, *(change for condition in conditions for change in condition.bad))
    unknown = [change for condition in conditions for change in condition.unknown]
    about["reads_graph"] = about.get("reads_graph", False) or any(one.reads_graph for one in conditions)
    mend = [one.mend for one in conditions if one.mend is not None]

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        for path, values in narrowed.items():
            given = resource.get(path)
            if given is UNKNOWN or given is SECRET:
                return
            if not any(same(given, value) or (value == GIVEN and resource.gives(path)) for value in values):
                return
        for condition in conditions:
            yield from condition.check(resource, context)

    paths = [*narrowed, *(path for one in conditions for path in one.reads)]
    return Rule(
        id=rule_id,
        types=types,
        check=check,
        reads=tuple(dict.fromkeys(map(first_step, paths))) if all(one.reads for one in conditions) else (),
        only_with=tuple({name: None for one in conditions for name in one.only_with})
        if all(one.only_with for one in conditions)
        else (),
        kind=conditions[0].kind if len(conditions) == 1 and not narrowed else None,
        remediate=each_of(*mend) if mends else None,
        passing=passing,
        failing=failing[0],
        also_failing=failing[1:],
        undecided=each(passing, *({f"{IT}.{path}": UNKNOWN} for path in narrowed), *unknown),
        **about,
    )


def must_be(path: str, *allowed: Any) -> Condition:
    """The value at `path` is one of `allowed`; absent is wrong unless None is among them."""
    choices = [one for one in allowed if one is not None]
    told = " or ".join(shown(one) for one in choices)

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        value = resource.get(path)
        if value is UNKNOWN or value is SECRET:
            yield undecided(path, value)
        elif not any(same(value, one) for one in allowed):
            yield Problem(f"{path} is {shown(value)}; set it to {told}", path)

    where = f"{IT}.{path}"
    wrong = not choices[0] if isinstance(choices[0], bool) else f"other than {choices[0]}"
    return Condition(
        check=check,
        good={where: choices[0]},
        bad=({where: wrong}, *([] if None in allowed else [{where: None}])),
        unknown=({where: UNKNOWN}, {where: SECRET}),
        mend=(set_to_if_set if None in allowed else set_to)(path, choices[0]),
        reads=(path,),
    )


def left_out(path: str, holder: str, *values: Any, otherwise: Condition) -> Condition:
    """`otherwise`, which also holds where `path` is left out and `holder` has one of `values`: the default is good."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        if resource.get(path) is not None:
            yield from otherwise.check(resource, context)
            return
        given = resource.get(holder)
        if isinstance(given, Sentinel):
            yield undecided(holder, given)
        elif not any(same(given, value) or (value == GIVEN and resource.gives(holder)) for value in values):
            yield from otherwise.check(resource, context)

    return replace(otherwise, check=check, reads=otherwise.reads and (*otherwise.reads, path, holder))


def must_not_be(path: str, *refused: Any, use: str) -> Condition:
    """No value that `path` matches (``[*]``: of every item) is one of `refused`; `use` says what to set instead."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        for value in resource.all(path):
            if any(same(value, one) for one in refused):
                yield Problem(f"{path} is {shown(value)}; {use}", path)

    where = f"{IT}.{path.replace('[*]', '[0]')}"
    return Condition(
        check=check,
        good={},
        bad=tuple({where: one} for one in refused),
        unknown=({where: UNKNOWN}, {where: SECRET}),
        reads=(path,),
    )


def must_have(path: str, what: str) -> Condition:
    """Something is given at `path`; `what` says what, for the message. An unknown value counts as given."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        if not resource.gives(path):
            yield Problem(f"{path} is not set; give {what}", path)

    where = f"{IT}.{path}"
    return Condition(check=check, good={where: "something"}, bad=({where: None}, {where: ""}), reads=(path,))


def one_of(what: str, *paths: str) -> Condition:
    """At least one of `paths` is given; `what` says what, for the message."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        if not any(resource.gives(path) for path in paths):
            yield Problem(f"none of {', '.join(paths)} is set; give {what}", paths[0])

    first = f"{IT}.{paths[0]}"
    return Condition(check=check, good={first: "something"}, bad=({first: None},), reads=paths)


def some_item_has(path: str, key: str, *wanted: str) -> Condition:
    """Some object in the list at `path` has one of `wanted` as its `key`, in whatever case; no list is fine."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        given = resource.all(f"{path}[*].{key}")
        if given and not any(one.__class__ is Sentinel or str(one).upper() in wanted for one in given):
            told = ", ".join(dict.fromkeys(shown(one) for one in given))
            yield Problem(f"{path} has {key} {told} only; add one with {wanted[0]}", path)

    where = f"{IT}.{path}"
    return Condition(
        check=check,
        good={where: [{key: wanted[0]}]},
        bad=({where: [{key: f"not-{wanted[0]}"}]},),
        unknown=({where: UNKNOWN}, {where: [{key: UNKNOWN}]}),
        reads=(path,),
    )


def no_item(
    path: str, refused: Mapping[str, tuple[str, ...]], use: str, keys: tuple[str, str] = ("name", "value")
) -> Condition:
    """No ``{"name": ..., "value": ...}`` in the list at `path` gives a name of `refused` one of its values; `use`
    says what to set instead, and `keys` how the two are called."""
    key, holds = keys

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        for item in mappings(resource.get(path)):
            name, value = str(item.get(key)), item.get(holds)
            if name in refused and isinstance(value, Sentinel):
                yield undecided(f"{path}, {name}", value)
            elif name in refused and str(value).lower() in refused[name]:
                yield Problem(f"{path}: {name} is {shown(value)}; {use}", path)

    where = f"{IT}.{path}"
    first, values = next(iter(refused.items()))
    return Condition(
        check=check,
        good={where: [{key: "other", holds: values[0]}]},
        bad=tuple({where: [{key: name, holds: value}]} for name, given in refused.items() for value in given),
        unknown=({where: UNKNOWN}, {where: [{key: first, holds: UNKNOWN}]}),
        reads=(path,),
    )


def at_least(path: str, minimum: int, unit: str, *, or_absent: bool = False) -> Condition:
    """The number at `path` is `minimum` or more; absent is wrong unless `or_absent`."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        value = resource.get(path)
        if value is UNKNOWN or value is SECRET:
            yield undecided(path, value)
        elif not (or_absent and is_absent(value)):
            got = number(value)
            if got is None or got < minimum:
                yield Problem(f"{path} is {shown(value)}; set it to {minimum} {unit} or more", path)

    where = f"{IT}.{path}"
    return Condition(
        check=check,
        good={where: minimum},
        bad=({where: minimum - 1}, {where: "many"}, *([] if or_absent else [{where: None}])),
        unknown=({where: UNKNOWN},),
        reads=(path,),
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """The other resource of a `companion`, as messages and examples name it."""

    types: tuple[str, ...]
    path: str
    """Its property that refers to the resource being judged."""
    name: str
    """As programs write it, e.g. ``aws.s3.BucketVersioning``."""
    inline: tuple[str, ...] = ()
    """Properties of the resource being judged that older programs give instead; then none beside it is asked for."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """What else the example gives it."""


def companion(beside: Beside, *conditions: Condition) -> Condition:
    """Some resource of `beside` refers to this one, and `conditions` hold for each that does."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        found = context.pointing_at(resource, beside.path, *beside.types)
        if not found and not any(resource.gives(path) for path in beside.inline):
            yield Problem(f"no {beside.name} refers to it; add one")
        for one in found:
            for condition in conditions:
                for problem in condition.check(one, context):
                    yield problem if problem.resource else problem._replace(resource=one)

    other = "companion"

    def moved(changes: Changes) -> Changes:
        return {f"{other}{path.removeprefix(IT)}": value for path, value in changes.items()}

    start: Example = {other: (beside.types[0], {beside.path: f"id:{IT}", **beside.given})}
    entry = but(start, {key: value for one in conditions for key, value in moved(one.good).items()})[other]
    return Condition(
        check=check,
        good={other: entry},
        bad=({other: None}, *(moved(change) for one in conditions for change in one.bad)),
        unknown=tuple(moved(change) for one in conditions for change in one.unknown),
        reads_graph=True,
    )
