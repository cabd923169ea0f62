"""The roles of a stack by what leads to them, so that nobody has to look at each of them for each of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property
from typing import Any, Final

from deployment.graph import MOST_SHARING, Resource
from deployment.tokens import (
    BUILD_PROJECT,
    FUNCTION,
    IAM_POLICY,
    INSTANCE_PROFILE,
    LAUNCH_TEMPLATE,
    ROLE,
    STATE_MACHINE,
)
from policies.context import Context
from policies.rules._documents import Statement, statements

RUNS: Final[tuple[tuple[tuple[str, ...], str, str], ...]] = (
    (FUNCTION, "role", "lambda:UpdateFunctionCode"),
    (STATE_MACHINE, "roleArn", "states:UpdateStateMachine"),
    (BUILD_PROJECT, "serviceRole", "codebuild:UpdateProject"),
)
"""Types that run with a role already, where they name it, and what changes what they run."""
PROFILE_PATHS: Final = ("iamInstanceProfile.arn", "iamInstanceProfile.name")
"""Where a launch template names the profile of its instances."""
WILD: Final = re.compile(r"[*?]")


@dataclass
class Places:
    """Names, e.g. ARNs, and the places of the roles that each leads to."""

    by_name: Mapping[str, Iterable[int]]
    _matched: dict[str, set[int]] = field(default_factory=dict)

    def among(self, patterns: Iterable[str]) -> set[int]:
        """Places to which the names lead that fit any of `patterns`."""
        return set().union(*map(self._matching, patterns))

    def _matching(self, pattern: str) -> set[int]:
        if pattern not in self._matched:
            self._matched[pattern] = {place for name in self._fitting(pattern) for place in self.by_name[name]}
        return self._matched[pattern]

    def _fitting(self, pattern: str) -> Iterator[str]:
        wild = WILD.search(pattern)
        if wild is None:
            yield from [pattern] if pattern in self.by_name else ()
            return
        prefix = pattern[: wild.start()]
        any_end = pattern == f"{prefix}*"  # as of most, for which an expression would be made in vain
        fits = re.compile(translate(pattern.replace("[", "[[]"))).match if not any_end else None
        for position in range(bisect_left(self._sorted, prefix), len(self._sorted)):
            name = self._sorted[position]
            if not name.startswith(prefix):
                return
            if fits is None or fits(name):
                yield name

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.by_name)


@dataclass
class Roles:
    """The roles whose ARN is known, in the order of the graph."""

    found: tuple[tuple[Resource, str], ...]
    """Role and ARN. Of those that share an ARN, which in an account none do, the first few."""
    trusting: Mapping[str, Iterable[int]]
    """AWS principal -> places of the roles that trust it whatever the conditions."""
    named: Mapping[str, Iterable[int]]
    """Logical name -> places."""
    open: Mapping[str, set[int]]
    """Service, or "" for their own account -> places of the roles that trust it."""
    by_arn: Places
    running: Mapping[tuple[str, ...], Places]
    """Types that run with a role -> ARN of what runs -> places of its roles."""
    actors: dict[str, Any] = field(default_factory=dict)
    """URN -> what the role may do, once somebody has asked."""
    means: dict[int, tuple[Any, dict[int, str]]] = field(default_factory=dict)
    """Identity of somebody whose rights are known -> that somebody, and the places that it gets to, and how."""
    boundaries: dict[str, Resource | None] = field(default_factory=dict)
    """URN -> the policy that bounds the role, once somebody has asked."""
    bounds: dict[str, tuple[Statement, ...] | None] = field(default_factory=dict)
    """URN of a policy that bounds -> what it says, the same object for all roles."""
    raised: dict[tuple[int, int], tuple[Any, Any]] = field(default_factory=dict)
    """(identity of somebody, place of a role) -> that somebody, and what it can make of the role."""
    made: dict[tuple[str, str, tuple[int, ...]], Any] = field(default_factory=dict)
    """Name, ARN and identities of the rights -> who has them; it holds the rights, so their identities stay theirs."""

    def allowed(self, about: Iterable[Iterable[Statement]], by_boundary: Places) -> set[int]:
        """Places of the roles on which each layer may allow what it says `about` an action. Conditions are taken to
        hold, but for those on the boundary of the role."""
        found: set[int] | None = None
        for statements_of_layer in about:
            here: set[int] = set()
            for one in statements_of_layer:
                if one.allows:
                    bounds = one.compared_with("iam:PermissionsBoundary")
                    named = self.by_arn.among(("*",) if one.not_resources else one.resources)
                    known = bounds and not any("[" in pattern for pattern in bounds)
                    here |= named.intersection(by_boundary.among(bounds)) if known else named
            found = here if found is None else found & here
        return found or set()

    def behind(self, types: tuple[str, ...], patterns: Iterable[str]) -> set[int]:
        """Places of the roles with which something of `types` runs whose ARN fits any of `patterns`."""
        return self.running[types].among(patterns)


def roles(context: Context) -> Roles:
    """The roles of the stack; made once an assessment."""
    found: list[tuple[Resource, str]] = []
    trusting: dict[str, list[int]] = defaultdict(list)
    named: dict[str, list[int]] = defaultdict(list)
    open_to: dict[str, set[int]] = defaultdict(set)
    by_arn: dict[str, list[int]] = defaultdict(list)
    running: dict[tuple[str, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    trusts: dict[int, _Trust] = {}
    """Identity of what a trust policy says, which many roles have in common -> whom it trusts."""
    run_with = _running(context)
    for role in context.graph.of_type(*ROLE):
        arn = role.outputs.get("arn")
        if not isinstance(arn, str) or len(by_arn[arn]) >= MOST_SHARING:
            continue
        place = len(found)
        found.append((role, arn))
        named[role.name].append(place)
        by_arn[arn].append(place)
        said = statements(role.get("assumeRolePolicy")) or ()
        if id(said) not in trusts:
            trusts[id(said)] = _Trust(said)
        for principal in trusts[id(said)].principals:
            trusting[principal].append(place)
            if principal in own_account(arn):
                open_to[""].add(place)
        for service in trusts[id(said)].services:
            open_to[service].add(place)
        for types, running_arn in run_with(role):
            running[types][running_arn].append(place)
    kinds = [*(types for types, _, _ in RUNS), LAUNCH_TEMPLATE]
    return Roles(
        tuple(found), trusting, named, open_to, Places(by_arn), {types: Places(running[types]) for types in kinds}
    )


def own_account(arn: str) -> tuple[str, ...]:
    """How a trust policy names the whole account of the role `arn`; nothing where the ARN has none."""
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""
    return (account, f"arn:aws:iam::{account}:root") if account else ()


class _Trust:
    """Whom a trust policy trusts."""

    def __init__(self, said: tuple[Statement, ...]) -> None:
        self.said = said
        trusted = [one for one in said if one.allows]
        self.principals = {
            who for one in trusted if not one.conditions for kind, who in one.principals if kind == "AWS"
        }
        """Of AWS, whatever the conditions."""
        self.services = {who for one in trusted for kind, who in one.principals if kind == "Service"}


def _running(context: Context) -> Callable[[Resource], Iterator[tuple[tuple[str, ...], str]]]:
    """What gives (types, ARN) of all that runs with a role."""
    direct = [(types, found) for types, path, _ in RUNS if (found := context.pointing(path, *types))]
    profiles = context.pointing("role", *INSTANCE_PROFILE)

    def run_with(role: Resource) -> Iterator[tuple[tuple[str, ...], str]]:
        for types, found in direct:
            for one in found.get(role.urn, ()):
                yield types, str(one.outputs.get("arn"))
        for profile in profiles.get(role.urn, ()):
            for path in PROFILE_PATHS:
                for template in context.pointing_at(profile, path, *LAUNCH_TEMPLATE):
                    yield LAUNCH_TEMPLATE, str(template.outputs.get("arn"))

    return run_with


def boundary_of(role: Resource, context: Context) -> Resource | None:
    """The policy that bounds `role`, where the stack has it."""
    return next(iter(context.graph.referenced(role, "permissionsBoundary", *IAM_POLICY)), None)
