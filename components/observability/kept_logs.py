"""Log groups that outlive what writes to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class KeptLogArgs:
    """One log group."""

    log_group_name: str
    """Name of the log group."""
    retention_days: int
    """How long its entries are kept."""


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
    session. An idle one costs its stored entries only. Creates: a log group each.
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
        self.arns = {what: group.arn for what, group in groups.items()}
        self.names = {what: group.name for what, group in groups.items()}
        self.register_outputs({"names": self.names})
