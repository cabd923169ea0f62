"""Keys admit the services that encrypt with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import EVENT_TARGET, KEY, LOG_GROUP, TOPIC
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import Statement, allow, joined
from policies.rules._globs import fits
from policies.rules._publishers import publishers
from policies.rules._resource_policies import admits, allow_each, letting, letting_in, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLISHING: Final = ("kms:Decrypt", "kms:GenerateDataKey")
LOGGING: Final = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")
ADMINISTERING: Final = ("kms:PutKeyPolicy", "kms:Decrypt")
PERSON: Final = re.compile(r"\d{12}|arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:root|role/.+|user/.+|assumed-role/.+)")
LOG_CONTEXT: Final = "kms:EncryptionContext:aws:logs:arn"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The key's policy admits the account, the publishers of its topics, and CloudWatch Logs for its log groups."""
    found = policy_of(resource, context)
    if not found:
        return  # not known yet; or the default policy, and another rule asks for one of its own
    if not any(administers(one) for one in found):
        yield Problem(
            "policy lets no role or account administer the key and no IAM policy use it; let the account", "policy"
        )
    admitted: dict[str, bool] = {}
    for topic in context.pointing_at(resource, "kmsMasterKeyId", *TOPIC):
        for service, sender in publishers(topic, context).items():
            if service not in admitted:
                admitted[service] = admits(found, service, PUBLISHING, None, context)
            if not admitted[service]:
                yield Problem(
                    f"policy does not let {service}.amazonaws.com use the key, so {sender.name} can't publish to "
                    f"{topic.name}; allow {', '.join(PUBLISHING)}",
                    "policy",
                )
    groups = context.pointing_at(resource, "kmsKeyId", *LOG_GROUP)
    logging = letting_in(found, "logs", context) if groups else []
    for group in groups:
        if not allow_each([one for one in logging if in_context(one, group)], LOGGING):
            yield Problem(
                f"policy does not let CloudWatch Logs encrypt {group.name}; allow logs.REGION.amazonaws.com "
                f"{', '.join(LOGGING)}",
                "policy",
            )
            return


def administers(statement: Statement) -> bool:
    """True when the statement lets a role or the account change the key's policy, and use it."""
    people = any(kind == "AWS" and PERSON.fullmatch(name) for kind, name in statement.principals)
    return (
        statement.allows
        and people
        and all(any(fits(one, pattern) for pattern in statement.actions) for one in ADMINISTERING)
    )


def in_context(statement: Statement, group: Resource) -> bool:
    """True unless the statement is bound to other log groups."""
    arn = group.outputs.get("arn")
    bound = statement.condition_values(LOG_CONTEXT)
    return not bound or not isinstance(arn, str) or any(fits(arn, pattern) for pattern in bound)


_ACCOUNT: Final = allow("kms:*", AWS="arn:aws:iam::123456789012:root")

_STACK: Final[Example] = {
    "key": (KEY[0], {"policy": joined(_ACCOUNT, letting("events", "kms:*"))}),
    "topic": (TOPIC[0], {"kmsMasterKeyId": "arn:key"}),
    "event": (EVENT_TARGET[0], {"arn": "arn:topic"}),
}

RULE = Rule(
    id="data-key-admits-services",
    title="Keys admit the services that encrypt with them",
    severity=Severity.HIGH,
    why="An alarm whose topic it can't encrypt for tells nobody, and a log group without its key takes no events.",
    fix="Add a statement for the service to the key's policy, bound by aws:SourceAccount.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    refused_by="kms GenerateDataKey, asked by the service: AccessDeniedException",
    types=KEY,
    reads_graph=True,
    check=check,
    passing=_STACK,
    failing=each(_STACK, {"key.policy": _ACCOUNT})[0],
    also_failing=each(
        _STACK,
        {"key.policy": letting("events", "kms:*")},
        {"log": (LOG_GROUP[0], {"kmsKeyId": "arn:key"})},
    ),
)
