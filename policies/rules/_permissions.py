"""What a role of the stack may do, as IAM would decide it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from deployment.graph import Resource
from deployment.tokens import IAM_POLICY, POLICY_ATTACHMENT, ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT
from policies.checks import is_absent, mappings
from policies.context import Context
from policies.rules._documents import Statement, statements, statements_of
from policies.rules._globs import fits
from policies.rules._grants import allowed

ATTACHMENTS: Final = (*ROLE_POLICY_ATTACHMENT, *POLICY_ATTACHMENT)
Need: TypeAlias = tuple[str, str | None]
"""Action, and the ARN that it is for; None for anything."""
KEY_USE: Final = ("kms:Decrypt", "kms:GenerateDataKey")
"""What publishing to an encrypted topic takes."""


def permissions(role: Resource, context: Context) -> tuple[Statement, ...] | None:
    """Statements of every policy of `role`; None when one of them is not known or not in the stack."""
    return context.once_for(_permissions, role)


def _permissions(role: Resource, context: Context) -> tuple[Statement, ...] | None:
    if not is_absent(role.inputs.get("managedPolicyArns")):  # outputs hold what resources attach, too
        return None
    documents = [one.get("policy") for one in context.pointing_at(role, "role", *ROLE_POLICY)]
    documents += [one.get("policy") for one in mappings(role.get("inlinePolicies"))]
    for attachment in (
        *context.pointing_at(role, "role", *ATTACHMENTS),
        *context.pointing_at(role, "roles", *ATTACHMENTS),
    ):
        policies = context.graph.referenced(attachment, "policyArn", *IAM_POLICY)
        if not policies:
            return None  # a managed policy of AWS, or of another stack
        documents += [policy.get("policy") for policy in policies]
    # Of copies, as several policies of one text are, one says it all.
    return statements_of({one if isinstance(one, str) else id(one): one for one in documents}.values())


class Said:
    """Actions that the statements of a policy name, which many policies have in common."""

    __slots__ = ("_about", "_actions")

    def __init__(self, actions: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]) -> None:
        self._actions = actions
        self._about: dict[tuple[str, ...], tuple[int, ...]] = {}

    def about(self, *actions: str) -> tuple[int, ...]:
        """Places of the statements that are about any of `actions`: about the first, about the second and so on."""
        found = self._about.get(actions)
        if found is None:
            found = self._about[actions] = tuple(
                place
                for action in actions
                for place, (given, excluded) in enumerate(self._actions)
                if names(given, excluded, action)
            )
        return found


_said = lru_cache(maxsize=4096)(Said)
"""What is asked of the actions of one policy is known for all that name the same."""


def said(layer: Iterable[Statement]) -> Said:
    """What the statements of `layer` are about."""
    return said_of([(one.actions, one.not_actions) for one in layer])


def said_of(actions: Iterable[tuple[tuple[str, ...], tuple[str, ...]]]) -> Said:
    """What statements with these Action and NotAction are about."""
    return _said(tuple(actions))


def may(given: Iterable[Statement], action: str, resource: str | None = None) -> bool:
    """True when the statements allow `action` on `resource` (None: on anything at all) and none denies it.

    A condition is taken to hold in an Allow, and not to hold in a Deny.
    """
    return _allow([one for one in given if concerns(one, action)], resource)


def _allow(about: Iterable[Statement], resource: str | None) -> bool:
    """`may`, of the statements that are about the action."""
    allowed = False
    for statement in about:
        if reaches(statement, resource):
            if statement.effect == "Deny" and not statement.conditions:
                return False
            allowed = allowed or statement.allows
    return allowed


def covers(statement: Statement, action: str, resource: str | None) -> bool:
    """True when `statement` is about `action` on `resource`."""
    return concerns(statement, action) and reaches(statement, resource)


def concerns(statement: Statement, action: str) -> bool:
    """True when `statement` is about `action`, on whatever."""
    return names(statement.actions, statement.not_actions, action)


def names(actions: tuple[str, ...], not_actions: tuple[str, ...], action: str) -> bool:
    """True when a statement with these Action or NotAction is about `action`."""
    return bool(allowed((action,), actions)) if actions else not allowed((action,), not_actions)


def reaches(statement: Statement, resource: str | None) -> bool:
    """True when `statement` is about `resource`, whatever is done to it (None: to anything)."""
    if resource is None:
        return statement.allows or "*" in statement.resources
    named = statement.not_resources or statement.resources
    for pattern in named:  # a hundred thousand times: without a generator
        if pattern == "*" or _same(resource, pattern):
            return named is statement.resources
    return named is statement.not_resources


@lru_cache(maxsize=65_536)
def _same(resource: str, pattern: str) -> bool:
    return resource == pattern or fits(resource, pattern.replace("[", "[[]"))


def lacking(role: Resource, needs: Iterable[Need], context: Context) -> Iterator[Need]:
    """Those of `needs` that the policies of `role`, or its boundary, do not allow; none where that is not known."""
    layers = context.once_for(_layers, role)
    seen = set()
    for need in needs if layers else ():
        if need in seen:
            continue
        seen.add(need)
        action, resource = need
        for layer, about in layers:
            if not _allow([layer[place] for place in about.about(action)], resource):
                yield need
                break


def _layers(role: Resource, context: Context) -> list[tuple[tuple[Statement, ...], Said]]:
    """What the policies of `role` say, and its boundary; nothing where that is not known."""
    given = permissions(role, context)
    if given is None:
        return []
    boundary = next(iter(context.graph.referenced(role, "permissionsBoundary", *IAM_POLICY)), None)
    bounds = statements(boundary.get("policy")) if boundary is not None else None
    return [(layer, said(layer)) for layer in (given, bounds) if layer is not None]


def key_needs(resource: Resource, path: str) -> Iterator[Need]:
    """What using the KMS key that `path` names takes; nothing for a key of AWS."""
    key = resource.get(path)
    if isinstance(key, str) and ":key/" in key:
        yield from ((action, key) for action in KEY_USE)


def role_at(resource: Resource, path: str, context: Context) -> Resource | None:
    """The role of the stack that `path` names; None when it is another one, or not known."""
    found = context.graph.referenced(resource, path, *ROLE)
    return found[0] if found else None
