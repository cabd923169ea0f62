"""Encrypted topic and who listens to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import document


@dataclass(frozen=True, kw_only=True)
class SubscriberArgs:
    """Someone who gets the messages."""

    protocol: str
    """``email``, ``sms`` or ``https``."""
    endpoint: str
    """Address."""

    @property
    def key(self) -> str:
        """What the subscription goes by, whatever its place among the others. Subscribing twice gives the same
        subscription (SNS reference, Subscribe): one that moved would be unsubscribed in its former place."""
        return hashlib.sha256(f"{self.protocol} {self.endpoint}".encode()).hexdigest()[:8]


@dataclass(frozen=True, kw_only=True)
class NotificationsArgs:
    """What the topic is for."""

    display_name: str
    """Sender that subscribers see."""
    account_id: str
    """Account whose services may publish."""
    kms_key_arn: pulumi.Input[str]
    """Customer key: services can't publish through the AWS-managed one."""
    publishers: Sequence[str]
    """Services that publish in their own name, e.g. ``cloudwatch.amazonaws.com``."""
    events_publish: bool = False
    """Whether EventBridge publishes, too. It names no source account, so no condition can hold it to one."""
    subscribers: Sequence[SubscriberArgs]
    """Who gets the messages."""


class Notifications(pulumi.ComponentResource):
    """A topic for messages to people and services.

    Creates: topic, policy, a subscription a subscriber.
    """

    topic_arn: pulumi.Output[str]
    """ARN of the topic; known only once its policy is in place."""

    def __init__(self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Notifications", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(
            f"{name}-topic",
            display_name=args.display_name,
            kms_master_key_id=args.kms_key_arn,
            signature_version=2,
            opts=child,
        )
        statements = [
            {
                "Sid": "OnlyOverTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": topic.arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
        if args.publishers:
            statements.append(
                {
                    "Sid": "ServicesOfThisAccount",
                    "Effect": "Allow",
                    "Principal": {"Service": list(args.publishers)},
                    "Action": "sns:Publish",
                    "Resource": topic.arn,
                    "Condition": {"StringEquals": {"aws:SourceAccount": args.account_id}},
                }
            )
        if args.events_publish:
            statements.append(
                {
                    "Sid": "EventRules",
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": topic.arn,
                }
            )
        policy = aws.sns.TopicPolicy(f"{name}-policy", arn=topic.arn, policy=document(*statements), opts=child)
        for index, subscriber in enumerate(dict.fromkeys(args.subscribers)):
            aws.sns.TopicSubscription(
                f"{name}-subscriber-{subscriber.key}",
                topic=topic.arn,
                protocol=subscriber.protocol,
                endpoint=subscriber.endpoint,
                # Up to 0.1.0 they were numbered.
                opts=pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(name=f"{name}-subscriber-{index}")]),
            )
        self.topic_arn = pulumi.Output.all(topic.arn, policy.id).apply(lambda parts: str(parts[0]))
        self.register_outputs({"topicArn": self.topic_arn})
