"""Whom the policy of a topic, queue, bucket or key lets in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from deployment.graph import Resource
from deployment.tokens import KEY, KEY_POLICY, TOPIC, TOPIC_POLICY
from policies.context import Context
from policies.rules._accounts import is_own
from policies.rules._documents import Statement, statements_of
from policies.rules._globs import fits
from policies.rules._grants import matches

HOLDERS: Final = {TOPIC[0]: (TOPIC_POLICY, "arn"), KEY[0]: (KEY_POLICY, "keyId")}
"""Type -> resources that hold its policy apart from it, and where they name it."""
CONDITIONLESS: Final = ("events",)
"""Services that send no aws:SourceAccount where the policy is a topic's or its key's (EventBridge user guide)."""


def policy_of(resource: Resource, context: Context) -> tuple[Statement, ...] | None:
    """Statements of the policies of `resource`, its own and those beside it; None when one is not known yet."""
    types, path = HOLDERS[resource.type]
    documents = [one.get("policy") for one in context.pointing_at(resource, path, *types)]
    if resource.get("policy") is not None:
        documents.append(resource.get("policy"))
    return statements_of(documents)


def is_service(name: str, service: str) -> bool:
    """True when the principal `name` is `service`, in any Region's form."""
    parts = name.split(".")
    return name == "*" or (parts[0] == service and "amazonaws" in parts)


def admits(
    found: Iterable[Statement],
    service: str,
    actions: Iterable[str],
    resource: str | None,
    context: Context,
    *,
    source: object = None,
) -> bool:
    """True when some Allow lets `service` do each of `actions` on `resource`, for this account and `source`, an ARN."""
    allowing = letting_in(found, service, context)
    if isinstance(source, str):
        allowing = [one for one in allowing if from_source(one, source)]
    return allow_each(allowing, actions, resource)


def letting_in(found: Iterable[Statement], service: str, context: Context) -> list[Statement]:
    """Statements that let `service` in for this account, to do what they say."""
    return [one for one in found if one.allows and _names(one, service) and _here(one, context)]


def allow_each(allowing: Sequence[Statement], actions: Iterable[str], resource: str | None = None) -> bool:
    """True when one of `allowing` is about each of `actions` on `resource` (None: on anything)."""
    return all(
        any(
            any(matches(action, pattern) for pattern in one.actions)
            and (resource is None or any(fits(resource, pattern) for pattern in one.resources))
            for one in allowing
        )
        for action in actions
    )


def from_source(statement: Statement, source: str) -> bool:
    """True unless the statement is bound to other ARNs than `source`."""
    bound = statement.condition_values("aws:SourceArn")
    return not bound or any(fits(source, pattern) for pattern in bound)


def _names(statement: Statement, service: str) -> bool:
    return any(kind in ("Service", "AWS") and is_service(name, service) for kind, name in statement.principals)


def _here(statement: Statement, context: Context) -> bool:
    """False for a statement that is bound to other accounts."""
    accounts = statement.condition_values("aws:SourceAccount")
    sources = [value for value in statement.condition_values("aws:SourceArn") if value.count(":") >= 5]
    named = {*accounts, *(value.split(":")[4] for value in sources)} - {"", "*"}
    return not named or is_own(named, context)


def letting(service: str, action: str, resource: str = "*") -> str:
    """Policy document that lets a service in for one account, for examples."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
