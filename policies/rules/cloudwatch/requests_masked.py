"""Requests are logged with their user, and personal data is masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.tokens import LOG_GROUP
from deployment.unknown import UNKNOWN
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._documents import parse_json


def check(context: Context) -> Iterator[Problem]:
    """The log of requests exists, and masks personal data."""
    if not context.is_plant_stack:
        return
    groups = [one for one in context.graph.of_type(*LOG_GROUP) if "request" in f"{one.name} {one.get('name')}"]
    if not groups:
        yield Problem("no log group takes the requests with their users; add aws.cloudwatch.LogGroup")
    for group in groups:
        policies = context.pointing_at(group, "logGroupName", MASKING)
        if not policies:
            yield Problem(
                "nothing masks personal data in this log; add aws.cloudwatch.LogDataProtectionPolicy", resource=group
            )
        for policy in policies:
            document = policy.get("policyDocument")
            if document is UNKNOWN:
                yield undecided("policyDocument")._replace(resource=policy)
            elif not isinstance(parse_json(document) if isinstance(document, str) else document, Mapping):
                yield Problem("policyDocument is not a policy in JSON", "policyDocument", policy)


MASKING = "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy"

RULE = Rule(
    id="logging-requests-masked",
    title="Requests are logged with their user, and personal data is masked",
    severity=Severity.HIGH,
    why="Every request has to be traceable to its user, and nobody who reads logs needs to see addresses.",
    fix="Keep the request log group, with an aws.cloudwatch.LogDataProtectionPolicy for it.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "requests": (LOG_GROUP[0], {}),
        "masking": (MASKING, {"logGroupName": "id:requests", "policyDocument": "{}"}),
    },
    failing={"root": (ROOT_TYPE, {}), "requests": (LOG_GROUP[0], {})},
)
