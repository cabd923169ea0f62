"""What an instance of the API may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import Statement, allow, use_key
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs


@dataclass(frozen=True, kw_only=True)
class InstanceAccessArgs:
    """The few things an instance reads and writes."""

    account_id: str
    """Account of the stack."""
    log_group_arn: pulumi.Input[str]
    """Log group that the application writes to."""
    contract_parameter_arn: pulumi.Input[str]
    """Parameter with the contract."""
    flag_arns: Sequence[pulumi.Input[str]]
    """Flag configuration that the application may read."""
    kms_key_arn: pulumi.Input[str]
    """Key of what it reads."""
    cache_arns: Sequence[pulumi.Input[str]]
    """Cache and cache user that it may connect with; empty while there is no cache."""


class InstanceAccess(pulumi.ComponentResource):
    """Instance profile of both fleets.

    Creates: role with its policy, instance profile.
    """

    profile_arn: pulumi.Output[str]
    """ARN of the instance profile."""

    def __init__(self, name: str, args: InstanceAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:InstanceAccess", name, {}, opts)
        statements: list[Statement] = [
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.Output.concat(args.log_group_arn, ":*")]),
            allow(["ssm:GetParameter"], [args.contract_parameter_arn]),
            allow(["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"], list(args.flag_arns)),
            use_key(args.kms_key_arn),
        ]
        if args.cache_arns:
            statements.append(allow(["elasticache:Connect"], list(args.cache_arns)))
        role = WorkloadRole(
            f"{name}-instance",
            WorkloadRoleArgs(
                description="Instances of the Plant API",
                service="ec2.amazonaws.com",
                statements=statements,
                account_id=args.account_id,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        profile = aws.iam.InstanceProfile(
            f"{name}-profile", role=role.role_name, opts=pulumi.ResourceOptions(parent=self)
        )
        self.profile_arn = profile.arn
        self.register_outputs({"profileArn": self.profile_arn})
