"""A state machine may make the calls that its states make."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import ROLE, ROLE_POLICY, STATE_MACHINE, TOPIC
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import granting
from policies.rules._permissions import Need, key_needs, lacking, role_at
from policies.rules._shapes import calls

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TOLD: Final = 3
LOG_DELIVERY: Final = tuple(
    f"logs:{action}"
    for action in (
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "DescribeLogGroups",
        "DescribeResourcePolicies",
        "GetLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "UpdateLogDelivery",
    )
)
TRACING: Final = tuple(
    f"xray:{action}" for action in ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The machine's role allows each call on what it is made for, and what logging and tracing take."""
    role = role_at(resource, "roleArn", context)
    if role is None:
        return
    for action, arn in islice(lacking(role, needs(resource, context), context), MOST_TOLD):
        on = f" on {arn}" if arn else ""
        yield Problem(f"its role {role.name} does not allow {action}{on}, which the machine needs", "roleArn")


def needs(machine: Resource, context: Context) -> Iterator[Need]:
    """Actions, and ARNs of this stack that they are for."""
    text = machine.get("definition")
    for action, given in calls(text) if isinstance(text, str) else ():
        if not action:
            continue
        service = action.partition(":")[0]
        known = context.once(arns_of).get(service, {}) if given else {}
        own = f"arn:aws:{service}:"
        arns = [value for value in given if value.startswith(own)]
        arns += [arn for value in given for arn in known.get(value, ())]
        if not arns:
            yield (action, None)
        yield from ((action, arn) for arn in arns)
        if action == "sns:Publish":
            for topic in topics_of(context, *given):
                yield from key_needs(topic, "kmsMasterKeyId")
    if not is_absent(machine.get("loggingConfiguration.logDestination")):
        yield from ((action, None) for action in LOG_DELIVERY)
    if machine.get("tracingConfiguration.enabled") is True:
        yield from ((action, None) for action in TRACING)


def topics_of(context: Context, *named: str) -> Iterator[Resource]:
    """Topics of the stack whose ARN is among `named`."""
    known = context.once(topics_by_arn)
    yield from (known[name] for name in named if name in known)


def topics_by_arn(context: Context) -> dict[str, Resource]:
    """ARN -> topic of the stack."""
    topics = context.graph.of_type(*TOPIC)
    return {arn: one for one in topics if isinstance(arn := one.outputs.get("arn"), str)}


def arns_of(context: Context) -> dict[str, dict[str, dict[str, None]]]:
    """Service -> name or id that its calls are given -> ARNs of its resources in the stack that have it, each once."""
    machines = context.graph.of_type(*STATE_MACHINE)
    texts = [text for machine in machines for text in machine.peek("definition") if isinstance(text, str)]
    given: dict[str, set[str]] = {}
    for text in texts:
        for action, named in calls(text):
            given.setdefault(action.partition(":")[0], set()).update(named)
    found: dict[str, dict[str, dict[str, None]]] = {service: {} for service in given}
    for resource in context.graph:
        arn = resource.outputs.get("arn")
        if isinstance(arn, str) and arn.count(":") >= 5 and (service := arn.split(":", 3)[2]) in given:
            for key in (resource.outputs.get("id"), resource.outputs.get("name"), resource.get("name")):
                if isinstance(key, str) and key in given[service] and key != arn:
                    found[service].setdefault(key, {})[arn] = None
    return found


_CALLS: Final = json.dumps(
    {
        "StartAt": "Set",
        "States": {"Set": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter", "End": True}},
    }
)

RULE = Rule(
    id="iam-workflows-permitted",
    title="A state machine may make the calls that its states make",
    severity=Severity.HIGH,
    why="A call that is refused ends the rollback, or the reaper, in its middle.",
    fix="Allow the action on the ARN in the message, in the role's policy and within its boundary.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html",
    refused_by="the call of the state: AccessDeniedException",
    types=STATE_MACHINE,
    reads_graph=True,
    check=check,
    passing={
        "machine": (STATE_MACHINE[0], {"roleArn": "arn:role", "definition": _CALLS}),
        "role": (ROLE[0], {}),
        "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": granting("ssm:PutParameter")}),
    },
    failing={
        "machine": (STATE_MACHINE[0], {"roleArn": "arn:role", "definition": _CALLS}),
        "role": (ROLE[0], {}),
        "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": granting("ssm:GetParameter")}),
    },
)
