"""Topics admit the services that publish to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import EVENT_TARGET, TOPIC, TOPIC_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._publishers import publishers
from policies.rules._resource_policies import admits, letting, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_DEFAULT = ("cloudwatch",)
"""What SNS's own policy admits: alarms of the account. Every other policy replaces it."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The topic's policy admits each service that events, alarms and budgets publish through."""
    senders = publishers(resource, context)
    found = policy_of(resource, context) if senders else ()
    if found is None:
        return  # not known yet
    arn = resource.outputs.get("arn")
    for service, sender in senders.items():
        if not found and service in BY_DEFAULT:
            continue
        if not admits(found, service, ("sns:Publish",), arn if isinstance(arn, str) else None, context):
            yield Problem(
                f"{sender.name} publishes to this topic, and no policy lets {service}.amazonaws.com in for this "
                "account; add it to the aws.sns.TopicPolicy",
                "policy",
            )


RULE = Rule(
    id="observability-topics-admit-services",
    title="Topics admit the services that publish to them",
    severity=Severity.HIGH,
    why="SNS refuses what its policy does not admit, and neither alarm nor event tells.",
    fix="Add an aws.sns.TopicPolicy that lets cloudwatch, events or budgets.amazonaws.com publish.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
    refused_by="sns Publish, asked by the service: AuthorizationError",
    types=TOPIC,
    reads_graph=True,
    check=check,
    passing={
        "topic": (TOPIC[0], {}),
        "event": (EVENT_TARGET[0], {"arn": "arn:topic"}),
        "policy": (TOPIC_POLICY[0], {"arn": "arn:topic", "policy": letting("events", "sns:Publish")}),
    },
    failing={"topic": (TOPIC[0], {}), "event": (EVENT_TARGET[0], {"arn": "arn:topic"})},
)
