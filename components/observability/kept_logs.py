"""Log groups that outlive what writes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import Statement, document

DELIVERY = "delivery.logs.amazonaws.com"
"""Who writes what a service is told to log, e.g. a web ACL or a state machine."""
EVENT_SERVICES = ["events.amazonaws.com", DELIVERY]
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
    delivered: bool = False
    """Whether a service delivers to it that is told to log: a web ACL, a state machine. Default: False."""


@dataclass(frozen=True, kw_only=True)
class KeptLogsArgs:
    """The log groups."""

    logs: Mapping[str, KeptLogArgs]
    """What is logged -> its log group."""
    kms_key_arn: pulumi.Input[str]
    """Key of the log groups."""
    account_id: str
    """Account for which services deliver."""
    region: str
    """Region in which they do."""
    log_policy_name: str
    """Name of the log policy that lets services write; each stack of an account needs its own, since a second one takes
    the first over. An account has ten at most."""


class KeptLogs(pulumi.ComponentResource):
    """Logs of what a parked stack does not have: they are part of the audit trail, and stay.

    A log group goes with all its entries, so it must not live in a component that comes and goes with each
    session. An idle one costs its stored entries only. So does the policy that lets rules and services write to them:
    who may change log policies may change those of every stack, and whoever deploys sessions should not. AWS adds what
    it lacks with the rights of whoever tells a service to log, or of a state machine's role; where it is there already,
    neither needs any (CloudWatch Logs guide, "Enable logging from AWS services", read 2026-11).
    Creates: a log group each, and a log policy.
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
        delivered = [groups[what].arn for what, log in args.logs.items() if log.delivered]
        statements = [
            *_services_write(delivered, args),
            *(
                statement
                for what, log in args.logs.items()
                if log.event_rule_arns
                for statement in _rules_write(groups[what].arn, log.event_rule_arns)
            ),
        ]
        if statements:
            aws.cloudwatch.LogResourcePolicy(
                f"{name}-writers",
                policy_name=args.log_policy_name,
                policy_document=document(*statements),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.arns = {what: group.arn for what, group in groups.items()}
        self.names = {what: group.name for what, group in groups.items()}
        self.register_outputs({"names": self.names})


def _services_write(group_arns: Sequence[pulumi.Output[str]], args: KeptLogsArgs) -> list[Statement]:
    """What AWS writes by itself where it is missing, in its words (the same guide, "Logs sent to CloudWatch Logs")."""
    if not group_arns:
        return []
    source = f"arn:aws:logs:{args.region}:{args.account_id}:*"
    return [
        {
            "Sid": "AWSLogDeliveryWrite20150319",
            "Effect": "Allow",
            "Principal": {"Service": DELIVERY},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [pulumi.Output.concat(arn, ":log-stream:*") for arn in group_arns],
            "Condition": {"StringEquals": {"aws:SourceAccount": args.account_id}, "ArnLike": {"aws:SourceArn": source}},
        }
    ]


def _rules_write(group_arn: pulumi.Output[str], rule_arns: Sequence[str]) -> list[Statement]:
    streams = pulumi.Output.concat(group_arn, ":*")
    allowed = {"Effect": "Allow", "Principal": {"Service": EVENT_SERVICES}, "Resource": streams}
    return [
        {**allowed, "Action": "logs:CreateLogStream"},
        # Only here does EventBridge name the rule (its guide, "Using resource-based policies").
        {
            **allowed,
            "Action": "logs:PutLogEvents",
            "Condition": {"ArnEquals": {"aws:SourceArn": list(rule_arns)}},
        },
    ]
