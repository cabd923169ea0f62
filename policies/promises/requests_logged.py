"""Every request is logged with its user, and personal data in the log is masked."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    INSTANCE_PROFILE,
    LAUNCH_TEMPLATE,
    LISTENER_RULE,
    LOG_DATA_PROTECTION,
    LOG_GROUP,
    ROLE,
    ROLE_POLICY,
    SCALING_GROUP,
    TARGET_GROUP,
)
from policies.checks import mappings, strings
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises._traffic import serving_fleets
from policies.rule import Problem, Rule
from policies.rules._documents import read_json
from policies.rules._permissions import lacking, role_at
from policies.rules._reach import templates_of
from policies.rules._user_data import Names, script_of

WRITING: Final = ("logs:CreateLogStream", "logs:PutLogEvents")


def check(context: Context) -> Iterator[Problem]:
    """Follow a request's log line: the instance is told a log group, may write there, and the group masks it."""
    for fleet in serving_fleets(context):
        for template in templates_of(fleet, context):
            script = script_of(template)
            if script is None:
                continue
            told = logs_in(script, context)
            if not told:
                yield Problem(
                    "userData names no log group of this stack, so requests and their users are logged nowhere; "
                    "name one",
                    "userData",
                    template,
                )
            elif not any(masks(log, context) for log in told):
                yield Problem(
                    "nothing masks personal data in this log of requests; add an "
                    "aws.cloudwatch.LogDataProtectionPolicy that de-identifies e-mail addresses",
                    resource=told[0],
                )
            elif not any(may_write(template, log, context) for log in told):
                yield Problem(
                    f"the instances' role does not allow {' and '.join(WRITING)} on {told[0].name}; add them",
                    "iamInstanceProfile",
                    template,
                )


def logs_in(script: str, context: Context) -> list[Resource]:
    """Log groups of the stack that `script` names, in the order of the graph."""
    names, logs = context.once(logs_by_name)
    found = {place: log for name in names.inside(script) for place, log in logs[name]}
    return [found[place] for place in sorted(found)]


def logs_by_name(context: Context) -> tuple[Names, dict[str, list[tuple[int, Resource]]]]:
    """Name -> (place among the log groups, log group)."""
    logs: dict[str, list[tuple[int, Resource]]] = {}
    for place, log in enumerate(context.graph.of_type(*LOG_GROUP)):
        for name in names_of(log):
            logs.setdefault(name, []).append((place, log))
    return Names(logs), logs


def names_of(log: Resource) -> list[str]:
    """Names by which a script refers to a log group."""
    return strings(log.get("name")) or strings(log.outputs.get("id"))


def may_write(template: Resource, log: Resource, context: Context) -> bool:
    """True unless the role of the instances is known, and may not write to `log`."""
    for profile in context.graph.referenced(template, "iamInstanceProfile", *INSTANCE_PROFILE):
        role = role_at(profile, "role", context)
        for arn in strings(log.outputs.get("arn")) if role is not None else ():
            if role is not None and list(lacking(role, [(call, f"{arn}:log-stream:x") for call in WRITING], context)):
                return False
    return True


def masks(log: Resource, context: Context) -> bool:
    """True when a data protection policy of `log` de-identifies addresses of people, or is not known yet."""
    for policy in context.pointing_at(log, "logGroupName", *LOG_DATA_PROTECTION):
        document = read_json(policy.get("policyDocument"))
        for statement in mappings(document.get("Statement")) if isinstance(document, Mapping) else ():
            identifiers = strings(statement.get("DataIdentifier"))
            hidden = any(operation.get("Deidentify") for operation in mappings(statement.get("Operation")))
            if hidden and any(one.rpartition("/")[2].startswith("EmailAddress") for one in identifiers):
                return True
    return False


_MASK: Final = {
    "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
    "Operation": {"Deidentify": {"MaskConfig": {}}},
}
_WRITING: Final = {"Effect": "Allow", "Action": list(WRITING), "Resource": "arn:requests:*"}
_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "read": (LISTENER_RULE[0], {"actions": [{"type": "forward", "targetGroupArn": "arn:stable"}]}),
    "stable": (TARGET_GROUP[0], {}),
    "fleet": (SCALING_GROUP[0], {"targetGroupArns": ["arn:stable"], "launchTemplate": {"id": "id:template"}}),
    "template": (
        LAUNCH_TEMPLATE[0],
        {
            "userData": base64.b64encode(b"REQUEST_LOG=/api/requests").decode(),
            "iamInstanceProfile": {"arn": "arn:profile"},
        },
    ),
    "profile": (INSTANCE_PROFILE[0], {"role": "id:role"}),
    "role": (ROLE[0], {}),
    "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": json.dumps({"Statement": [_WRITING]})}),
    "requests": (LOG_GROUP[0], {"name": "/api/requests"}),
    "mask": (LOG_DATA_PROTECTION[0], {"logGroupName": "id:requests", "policyDocument": {"Statement": [_MASK]}}),
}

RULE = Rule(
    id="logging-requests-masked",
    title="Every request is logged with its user, and personal data in the log is masked",
    severity=Severity.HIGH,
    why="Every request has to be traceable to its user, and nobody who reads logs needs to see addresses.",
    fix="Name the log group in the instances' user data, let their role write to it, and mask personal data in it.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    failing=but(_GOOD, {"mask": None}),
    also_failing=each(
        _GOOD,
        {"requests.name": "/other"},
        {"mask.policyDocument.Statement[0].Operation": {"Audit": {}}},
        {"mask.policyDocument.Statement[0].DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/Address"]},
        {"policy": None},
    ),
)
