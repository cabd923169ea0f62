"""The one customer key: topics, logs and the cache."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import document

CALLING_SERVICES = ("cloudwatch.amazonaws.com", "budgets.amazonaws.com")
"""Services that publish to encrypted topics in their own name; the AWS-managed SNS key would not let them."""
EVENTS_SERVICE = "events.amazonaws.com"
"""Publishes likewise, but KMS gets no source account from it: a condition would refuse every message (Amazon SNS
guide, "Managing Amazon SNS encryption keys and costs": not supported for EventBridge-to-encrypted topics)."""


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """Who uses the key."""

    account_id: str
    """Account whose administrators manage the key."""
    region: str
    """Region of the log groups that it encrypts."""
    alias: str
    """Name for people, without ``alias/``."""
    protect: bool = True
    """Refuse to delete the key. Default: True, since what it encrypted is lost with it."""


class EncryptionKey(pulumi.ComponentResource):
    """A customer-managed key that rotates each year.

    One key for the whole stack, because each costs $1 a month. Creates: key, alias.
    """

    arn: pulumi.Output[str]
    """ARN of the key."""

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:EncryptionKey", name, {}, opts)
        from_here = {"StringEquals": {"aws:SourceAccount": args.account_id}}
        key = aws.kms.Key(
            f"{name}-key",
            description="Plant API: topics, log groups and cache",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=document(
                {
                    "Sid": "AdministeredThroughIam",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{args.account_id}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                },
                {
                    "Sid": "ServicesPublishToEncryptedTopics",
                    "Effect": "Allow",
                    "Principal": {"Service": list(CALLING_SERVICES)},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "Resource": "*",
                    "Condition": from_here,
                },
                {
                    "Sid": "EventsPublishToEncryptedTopics",
                    "Effect": "Allow",
                    "Principal": {"Service": EVENTS_SERVICE},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "Resource": "*",
                },
                {
                    "Sid": "LogGroupsOfThisAccount",
                    "Effect": "Allow",
                    "Principal": {"Service": f"logs.{args.region}.amazonaws.com"},
                    "Action": [
                        "kms:Encrypt",
                        "kms:Decrypt",
                        "kms:ReEncrypt*",
                        "kms:GenerateDataKey*",
                        "kms:DescribeKey",
                    ],
                    "Resource": "*",
                    "Condition": {
                        "ArnLike": {
                            "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{args.region}:{args.account_id}:*"
                        }
                    },
                },
            ),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{args.alias}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
