"""Schedules, event targets and budget actions may do what they are for."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import BUDGET_ACTION, EVENT_TARGET, ROLE, ROLE_POLICY, SCHEDULE, TOPIC
from policies.checks import strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import granting
from policies.rules._permissions import Need, key_needs, lacking, role_at

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TOLD: Final = 3
TARGETS: Final = {
    ":sns:": "sns:Publish",
    ":stateMachine:": "states:StartExecution",
    ":sqs:": "sqs:SendMessage",
    ":function:": "lambda:InvokeFunction",
}
"""Part of a target's ARN -> action that using it takes."""
SDK: Final = re.compile(r"arn:[^:]*:scheduler:::aws-sdk:(\w+):(\w+)")
ROLES: Final = {SCHEDULE[0]: "target.roleArn", EVENT_TARGET[0]: "roleArn", BUDGET_ACTION[0]: "executionRoleArn"}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The role that acts is allowed to."""
    path = ROLES[resource.type]
    role = role_at(resource, path, context)
    if role is None:
        return
    needed = budget_needs(resource, context) if resource.type in BUDGET_ACTION else target_needs(resource, context)
    for action, arn in islice(lacking(role, needed, context), MOST_TOLD):
        on = f" on {arn}" if arn else ""
        yield Problem(f"{path} is {role.name}, which does not allow {action}{on}; add it to its policy", path)


def target_needs(resource: Resource, context: Context) -> Iterator[Need]:
    """What the target of a schedule or event rule takes."""
    path = "target.arn" if resource.type in SCHEDULE else "arn"
    arn = resource.get(path)
    if isinstance(arn, str):
        call = SDK.match(arn)
        if call:
            yield (f"{call[1]}:{call[2][:1].upper()}{call[2][1:]}", None)
        else:
            yield from ((action, arn) for part, action in TARGETS.items() if part in arn)
        for topic in context.graph.referenced(resource, "target" if call else path, *TOPIC):
            yield from key_needs(topic, "kmsMasterKeyId")
    key = resource.get("kmsKeyArn")
    if isinstance(key, str) and ":key/" in key:
        yield ("kms:Decrypt", key)


def budget_needs(action: Resource, context: Context) -> Iterator[Need]:
    """What attaching the budget's policy, and taking it off, takes."""
    named = strings(action.get("definition.iamActionDefinition.roles"))
    places = context.once(_places_by_name)
    arns = context.once(_role_arns)
    for place in sorted({place for name in named for place in places.get(name, ())}):
        yield ("iam:AttachRolePolicy", arns[place])
        yield ("iam:DetachRolePolicy", arns[place])


def _role_arns(context: Context) -> list[str]:
    """ARNs of the stack's roles, as far as they are known."""
    arns = (role.outputs.get("arn") for role in context.graph.of_type(*ROLE))
    return [arn for arn in arns if isinstance(arn, str)]


def _places_by_name(context: Context) -> dict[str, list[int]]:
    """Name of a role -> its places in `_role_arns`: each budget action names a few of them."""
    found: dict[str, list[int]] = {}
    for place, arn in enumerate(context.once(_role_arns)):
        found.setdefault(arn.rpartition("/")[2], []).append(place)
    return found


_SCHEDULE: Final = {"target": {"arn": "arn:aws:states:us-east-1:123456789012:stateMachine:park", "roleArn": "arn:role"}}

RULE = Rule(
    id="iam-targets-permitted",
    title="Schedules, event targets and budget actions may do what they are for",
    severity=Severity.HIGH,
    why="A schedule whose role may not start its target fails at its hour, and tells nobody.",
    fix="Allow the action on the ARN in the message, in the role's policy and within its boundary.",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html",
    refused_by="the target's API, at the hour of the schedule: AccessDeniedException",
    types=tuple(ROLES),
    reads_graph=True,
    check=check,
    passing={
        "nightly": (SCHEDULE[0], _SCHEDULE),
        "role": (ROLE[0], {}),
        "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": granting("states:StartExecution")}),
    },
    failing={
        "nightly": (SCHEDULE[0], _SCHEDULE),
        "role": (ROLE[0], {}),
        "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": granting("sns:Publish")}),
    },
)
