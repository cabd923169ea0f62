"""A role can be assumed by the service that it is given to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import (
    BUCKET_REPLICATION,
    BUILD_PROJECT,
    DELIVERY_STREAM,
    EVENT_RULE,
    EVENT_TARGET,
    FUNCTION,
    PIPE,
    PIPELINE,
    ROLE,
    SCHEDULE,
    STATE_MACHINE,
)
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._accounts import is_own
from policies.rules._documents import Statement, statements
from policies.rules._grants import matches, trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

USERS: Final = {
    STATE_MACHINE[0]: ("roleArn", "states"),
    SCHEDULE[0]: ("target.roleArn", "scheduler"),
    FUNCTION[0]: ("role", "lambda"),
    EVENT_RULE[0]: ("roleArn", "events"),
    EVENT_TARGET[0]: ("roleArn", "events"),
    PIPE[0]: ("roleArn", "pipes"),
    PIPELINE[0]: ("roleArn", "codepipeline"),
    BUILD_PROJECT[0]: ("serviceRole", "codebuild"),
    DELIVERY_STREAM[0]: ("extendedS3Configuration.roleArn", "firehose"),
    BUCKET_REPLICATION[0]: ("role", "s3"),
}
"""Type -> where it names its role, and the service that assumes it: nearly all of them AWS refuses when they are made,
the others do nothing."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The role's trust policy admits the service, for this account."""
    path, service = USERS[resource.type]
    for role in context.graph.referenced(resource, path, *ROLE):
        found = statements(role.get("assumeRolePolicy"))
        if found is not None and not any(admits(one, service, context) for one in found):
            yield Problem(
                f"{path} is {role.name}, whose assumeRolePolicy does not let {service}.amazonaws.com assume it for "
                "this account",
                path,
            )


def admits(statement: Statement, service: str, context: Context) -> bool:
    """True when the statement lets `service` assume the role on behalf of this account."""
    named = any(
        kind == "Service" and (name.split(".")[0] == service or name == "*") for kind, name in statement.principals
    )
    accounts = statement.condition_values("aws:SourceAccount")
    return (
        statement.allows
        and named
        and any(matches("sts:AssumeRole", action) for action in statement.actions)
        and (not accounts or is_own(accounts, context))
    )


RULE = Rule(
    id="iam-trust-fits-use",
    title="A role can be assumed by the service that it is given to",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="AWS refuses a state machine, schedule, function or event rule whose role the service can't assume.",
    fix="Name the service as Principal in assumeRolePolicy, with aws:SourceAccount the stack's own account.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html",
    refused_by="states CreateStateMachine, lambda CreateFunction, events PutRule, scheduler CreateSchedule: the role",
    types=tuple(USERS),
    reads_graph=True,
    check=check,
    passing={
        "machine": (STATE_MACHINE[0], {"roleArn": "arn:role"}),
        "role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "states.amazonaws.com"})}),
    },
    failing={
        "machine": (STATE_MACHINE[0], {"roleArn": "arn:role"}),
        "role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "events.amazonaws.com"})}),
    },
)
