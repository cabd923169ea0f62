"""Log groups that outlive what writes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import document

EVENT_SERVICES = ["events.amazonaws.com", "delivery.logs.amazonaws.com"]
"""Who writes what a rule sends to a log group."""


@dataclass(frozen=True, kw_only=True)
class KeptLogArgs:
    """One log group."""

    log_group_name: str
    """Name of the log group."""
    retention_days: int
    """How long its entries are kept."""
    event_rule_arns: Sequence[str] = ()
    """Rules of EventBridge that write to it."""
    log_policy_name: str | None = None
    """Name of the log policy that lets them; each stack of an account needs its own, since a second one takes the first
    over. An account has ten at most."""


@dataclass(frozen=True, kw_only=True)
class KeptLogsArgs:
    """The log groups."""

    logs: Mapping[str, KeptLogArgs]
    """What is logged -> its log group."""
    kms_key_arn: pulumi.Input[str]
    """Key of the log groups."""


class KeptLogs(pulumi.ComponentResource):
    """Logs of what a parked stack does not have: they are part of the audit trail, and stay.

    A log group goes with all its entries, so it must not live in a component that comes and goes with each
    session. An idle one costs its stored entries only. So does the policy that lets rules write to one: who may change
    log policies may change those of every stack, and whoever deploys sessions should not.
    Creates: a log group each, and for those that rules write to a log policy.
    """

    arns: Mapping[str, pulumi.Output[str]]
    """What is logged -> ARN of its log group."""
    names: Mapping[str, pulumi.Output[str]]
    """Likewise, its name."""

    def __init__(self, name: str, args: KeptLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:KeptLogs", name, {}, opts)
        groups = {
            what: aws.cloudwatch.LogGroup(
                f"{name}-{what}",
                name=log.log_group_name,
                retention_in_days=log.retention_days,
                kms_key_id=args.kms_key_arn,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for what, log in args.logs.items()
        }
        for what, log in args.logs.items():
            if log.event_rule_arns:
                aws.cloudwatch.LogResourcePolicy(
                    f"{name}-{what}-writers",
                    policy_name=log.log_policy_name,
                    policy_document=_rules_write(pulumi.Output.concat(groups[what].arn, ":*"), log.event_rule_arns),
                    opts=pulumi.ResourceOptions(parent=self),
                )
        self.arns = {what: group.arn for what, group in groups.items()}
        self.names = {what: group.name for what, group in groups.items()}
        self.register_outputs({"names": self.names})


def _rules_write(streams: pulumi.Output[str], rule_arns: Sequence[str]) -> pulumi.Output[str]:
    allowed = {"Effect": "Allow", "Principal": {"Service": EVENT_SERVICES}, "Resource": streams}
    return document(
        {**allowed, "Action": "logs:CreateLogStream"},
        # Only here does EventBridge name the rule (its guide, "Using resource-based policies").
        {
            **allowed,
            "Action": "logs:PutLogEvents",
            "Condition": {"ArnEquals": {"aws:SourceArn": list(rule_arns)}},
        },
    )
