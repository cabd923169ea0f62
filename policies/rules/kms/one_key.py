"""Everything of the stack is encrypted with the stack's own key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import KEY, LOG_GROUP, TOPIC
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule

PATHS: Final = ("kmsKeyId", "kmsMasterKeyId", "kmsKeyArn", "kmsKeyIdentifier", "targetKeyId")


def check(context: Context) -> Iterator[Problem]:
    """Each resource that names a key names the one of the stack, or of its platform."""
    if not context.is_plant_stack:
        return
    named = [(resource, path, value) for resource in context.graph for path, value in keys_of(resource)]
    own = {identity for key in context.graph.of_type(*KEY) for identity in identities(key)}
    usual = Counter(value for _, _, value in named).most_common(1)
    allowed = own or {value for value, _ in usual}
    for resource, path, value in named:
        if value not in allowed and not value.startswith("alias/aws/"):
            yield Problem(
                f"{path} is {value}, which is not the stack's key ({min(allowed)}); name that", path, resource
            )


def identities(key: Resource) -> Iterator[str]:
    """ARN and id of `key`. The engine shows policies no id, but an ARN ends with it."""
    for identity in (key.outputs.get("arn"), key.outputs.get("id")):
        if isinstance(identity, str):
            yield from (identity, identity.rpartition("/")[2])


def keys_of(resource: Resource) -> Iterator[tuple[str, str]]:
    """(property, key) of each key that `resource` names."""
    if resource.custom:
        for path in PATHS:
            value: Any = resource.inputs.get(path)
            if isinstance(value, str) and value:
                yield path, value


RULE = Rule(
    id="data-one-key",
    title="Everything of the stack is encrypted with the stack's own key",
    severity=Severity.HIGH,
    why="With a key that somebody else keeps, data is gone when they say so, and open to whom they let in.",
    fix="Name the stack's key, or the platform's, in each property that takes one.",
    source="docs/architecture.md, encryption",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "key": (KEY[0], {}),
        "topic": (TOPIC[0], {"kmsMasterKeyId": "arn:key"}),
        "log": (LOG_GROUP[0], {"kmsKeyId": "arn:key"}),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "key": (KEY[0], {}),
        "topic": (TOPIC[0], {"kmsMasterKeyId": "arn:key"}),
        "log": (LOG_GROUP[0], {"kmsKeyId": "arn:other"}),
    },
)
