"""What the application may do in AWS, on an instance or in a pod."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.access.iam_policy import Statement, allow, use_key


@dataclass(frozen=True, kw_only=True)
class ApplicationAccess:
    """The few things that the application reads and writes."""

    log_group_arn: pulumi.Input[str]
    """Log group that it writes to."""
    contract_parameter_arn: pulumi.Input[str]
    """Parameter with the contract."""
    flag_arns: Sequence[pulumi.Input[str]]
    """Flag configuration that it may read."""
    kms_key_arn: pulumi.Input[str]
    """Key of what it reads."""
    cache_arns: Sequence[pulumi.Input[str]]
    """Cache and cache user that it may connect with; empty while there is no cache."""

    rds_user_arns: Sequence[str] = ()
    """Database users as whom it signs in by IAM. Default: none."""
    read_table_arns: Sequence[str] = ()
    """DynamoDB tables that it reads, those that it writes included. Default: none."""
    written_table_arns: Sequence[str] = ()
    """DynamoDB tables that it writes. Default: none."""

    def statements(self) -> list[Statement]:
        """Statements of its role's policy."""
        connect = [allow(["elasticache:Connect"], list(self.cache_arns))] if self.cache_arns else []
        return [
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.Output.concat(self.log_group_arn, ":*")]),
            allow(["ssm:GetParameter"], [self.contract_parameter_arn]),
            allow(["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"], list(self.flag_arns)),
            use_key(self.kms_key_arn),
            *connect,
            *self._stores(),
        ]

    def _stores(self) -> list[Statement]:
        found = []
        if self.rds_user_arns:
            found.append(allow(["rds-db:connect"], list(self.rds_user_arns)))
        if self.read_table_arns:
            with_indexes = [arn for table in self.read_table_arns for arn in (table, f"{table}/index/*")]
            found.append(allow(["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"], with_indexes))
        if self.written_table_arns:
            writing = ("BatchWriteItem", "ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem")
            found.append(allow([f"dynamodb:{action}" for action in writing], list(self.written_table_arns)))
        return found
