"""Topics refuse what is published without TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import TOPIC, TOPIC_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._documents import TLS_ONLY, denies_plain_text
from policies.rules._resource_policies import letting, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The topic's policy denies publishing without TLS, to everybody."""
    found = policy_of(resource, context)
    if found is None:
        yield undecided("policy")
        return
    arn = resource.outputs.get("arn")
    if not denies_plain_text(found, "sns:Publish", arn if isinstance(arn, str) else None):
        yield Problem(
            "nothing denies what is published without TLS; deny sns:Publish where aws:SecureTransport is false",
            "policy",
        )


RULE = Rule(
    id="data-topic-tls-only",
    title="SNS topics refuse what is published without TLS",
    severity=Severity.MEDIUM,
    why="Alerts and notices name resources, faults and people; over plain HTTP the network reads them.",
    fix="Add a Deny of sns:Publish for Principal * with Condition Bool aws:SecureTransport false.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html#enforce-encryption-data-in-transit",
    types=TOPIC,
    reads_graph=True,
    check=check,
    passing={
        "topic": (TOPIC[0], {}),
        "policy": (TOPIC_POLICY[0], {"arn": "arn:topic", "policy": TLS_ONLY.replace("s3:*", "sns:Publish")}),
    },
    failing={
        "topic": (TOPIC[0], {}),
        "policy": (TOPIC_POLICY[0], {"arn": "arn:topic", "policy": letting("cloudwatch", "sns:Publish")}),
    },
)
