"""Which roles may be on a way to administrator at all, found for all of them in one walk.

The walk takes for granted what takes long to rule out, and holds sets of roles that a pattern names as one node: so a
stack in which many may act as many is walked in the time of its size. Who is not found has no chain (`Chains`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import Any, Final, TypeAlias

from deployment.graph import leaves
from deployment.tokens import (
    IAM_POLICY,
    INSTANCE_PROFILE,
    LAUNCH_TEMPLATE,
    ROLE,
    ROLE_POLICY,
)
from deployment.unknown import Sentinel, watched
from policies.checks import unasked
from policies.context import Context
from policies.rules._chains import ADMINISTRATOR_ACCESS, GIVING, SIGNS, Actor, Chains
from policies.rules._documents import Statement, statements
from policies.rules._grants import HOLDING, POLICY_HOLDERS, granted, grants
from policies.rules._permissions import ATTACHMENTS, names
from policies.rules._reachable_roles import RUNS, Places, Roles, roles

Node: TypeAlias = int | tuple[Any, ...]
"""Identity of an actor, or what names a set of roles."""

IAM: Final = (*ROLE, *ROLE_POLICY, *IAM_POLICY, *ATTACHMENTS)
UNBINDING: Final = ("iam:CreatePolicyVersion", "iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary")
"""Actions with which a boundary is taken off, or rewritten."""
RUNNING: Final = (*INSTANCE_PROFILE, *LAUNCH_TEMPLATE, *(token for types, _, _ in RUNS for token in types))


def suspects(context: Context) -> frozenset[str]:
    """URNs of the roles from which a chain to administrator can't be ruled out."""
    if _hides_something(context):
        return frozenset(role.urn for role in context.graph.of_type(*ROLE))
    if not _gives_somebody_rights(context) or _boundaries_hold(context):
        return frozenset()  # as nearly always
    return _Walk(context).suspects()


def _hides_something(context: Context) -> bool:
    """True when a value that can't be read may be met on the way; who meets it is told role by role."""
    graph = context.graph
    values = chain(
        (value for one in graph.of_type(*IAM) for value in one.inputs.values()),
        (unasked(one.outputs, "arn") for one in graph.of_type(*IAM, *RUNNING)),
    )
    parts = {id(value): value for value in values if value.__class__ is not str}  # as most are, and many share others
    return any(Sentinel in map(type, leaves(value)) for value in parts.values())


def _gives_somebody_rights(context: Context) -> bool:
    """False where no policy lets its holder give anybody rights, or has them all."""
    firsts, _ = context.alike(granted, context.graph.with_any(HOLDING, *POLICY_HOLDERS))
    said = {grant.statement[1:3] for one in firsts if one.type in IAM for grant in grants(one, context)}
    return any(names(*actions, one) for actions in said for one in (*GIVING, *SIGNS))


def _boundaries_hold(context: Context) -> bool:
    """True where each role has a boundary, and what all policies, of which boundaries are some, allow together is not
    everything, nor to take a boundary off or to make a role without one: within them nobody becomes administrator."""
    about: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Statement]] = defaultdict(list)
    with watched(off=True):  # what can't be read the walk tells
        if any(role.get("permissionsBoundary") is None for role in context.graph.of_type(*ROLE)):
            return False
        for policy in context.graph.of_type(*IAM_POLICY):
            said = statements(policy.get("policy"))
            if said is None:
                return False
            for one in said:
                if one.allows:
                    about[one.actions, one.not_actions].append(one)
    deciding = (*UNBINDING, "iam:CreateRole", *SIGNS)
    allowed = [found for actions, found in about.items() if any(names(*actions, one) for one in deciding)]
    anybody = Actor("anybody", "", (tuple(chain.from_iterable(allowed)),))
    return not (
        anybody.everything
        or anybody.granted("iam:CreatePolicyVersion", "iam:DeleteRolePermissionsBoundary")
        or anybody.may("iam:PutRolePermissionsBoundary", boundary=ADMINISTRATOR_ACCESS)
        or anybody.may("iam:CreateRole", boundary="")
    )


class _Walk:
    """From every role on, each actor and each set of roles once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._before: dict[Node, list[Node]] = defaultdict(list)
        """Node -> the nodes from which it is reached."""
        self._sets: dict[Node, frozenset[int]] = {}
        """What names a set of roles -> their places."""
        self._actors: dict[int, Actor] = {}
        self._new: list[Actor] = []

    def suspects(self) -> frozenset[str]:
        """URNs of the roles from which an administrator is reached."""
        own = {role.urn: self._chains.own(role) for role in self._context.graph.of_type(*ROLE)}
        for actor in own.values():
            self._meet(actor)
        while self._new:
            actor = self._new.pop()
            for node in () if actor.everything else self._after(actor):
                self._before[node].append(id(actor))
        todo: list[Node] = [key for key, actor in self._actors.items() if actor.everything]
        reaching = set(todo)
        while todo:
            for node in self._before.get(todo.pop(), ()):
                if node not in reaching:
                    reaching.add(node)
                    todo.append(node)
        return frozenset(urn for urn, actor in own.items() if id(actor) in reaching)

    @cached_property
    def _roles(self) -> Roles:
        return self._context.once(roles)

    @property
    def _chains(self) -> Chains:
        return self._context.once(_chains)

    def _meet(self, actor: Actor | None) -> Iterator[int]:
        found = [] if actor is None else [id(actor)]
        if actor is not None and id(actor) not in self._actors:
            self._actors[id(actor)] = actor
            self._new.append(actor)
        return iter(found)

    def _after(self, actor: Actor) -> Iterator[Node]:
        """What `actor` leads to, as far as it can't be ruled out."""
        for place in self._roles.trusting.get(actor.arn, ()):
            yield from self._meet(self._chains.own(self._roles.found[place][0]))
        if actor.harmless:
            return
        passed = ("iam:PassRole",) if actor.runs else ()
        for pattern in actor.scope("sts:AssumeRole", "iam:UpdateAssumeRolePolicy", *passed):
            yield self._set(("", pattern), self._roles.by_arn, pattern)
        behind = (*((what, action) for what, _, action in RUNS), (LAUNCH_TEMPLATE, "ec2:CreateLaunchTemplateVersion"))
        for what, action in behind:
            for pattern in actor.scope(action):
                yield self._set((what, pattern), self._roles.running[what], pattern)
        for place in self._raisable(actor):
            yield from self._meet(self._chains.raised(actor, place).to)
        for made, _ in self._chains.made(actor):
            yield from self._meet(made)

    def _raisable(self, actor: Actor) -> set[int]:
        """Places of the roles to which `actor` may give rights."""
        if not actor.gives:
            return set()
        found = self._chains.allowed(actor, "iam:PutRolePolicy", "iam:AttachRolePolicy")
        return found.union(self._context.once(_written).among(actor.scope("iam:CreatePolicyVersion")))

    def _set(self, key: Node, places: Places, pattern: str) -> Node:
        if key not in self._sets:
            self._sets[key] = frozenset(places.among([pattern]))
            for place in self._sets[key]:
                for node in self._meet(self._chains.own(self._roles.found[place][0])):
                    self._before[node].append(key)
        return key


def _chains(context: Context) -> Chains:
    """What is known of single steps."""
    return Chains(context, context.graph.of_type(*ROLE)[0])


def _written(context: Context) -> Places:
    """ARN of a policy -> places of the roles that have it."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, (role, _) in enumerate(context.once(roles).found):
        for path in ("role", "roles"):
            for attachment in context.pointing_at(role, path, *ATTACHMENTS):
                for policy in context.graph.referenced(attachment, "policyArn", *IAM_POLICY):
                    found[str(policy.outputs.get("arn"))].append(place)
    return Places(found)
