"""What an instance of the API may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import Statement, allow, use_key
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs
from components.fleet.container_image import private_repository

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""What pulling an image takes (Amazon ECR guide, "Identity-based policy examples", read 2026-11)."""


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
    container_images: Sequence[str] = ()
    """Software of the fleets; from a private registry only these repositories may be pulled. Default: public ones."""
    warm_group_arns: Sequence[str] = ()
    """Groups with a warm pool, whose instances complete their launch; may hold wildcards. Default: none."""


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
        repositories = {found.arn for image in args.container_images if (found := private_repository(image))}
        if repositories:
            # A token is for the whole registry; what may be pulled with it is in the second statement.
            statements.append(allow(["ecr:GetAuthorizationToken"], "*"))
            statements.append(allow(PULL, sorted(repositories)))
        if args.warm_group_arns:
            statements.append(allow(["autoscaling:CompleteLifecycleAction"], list(args.warm_group_arns)))
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
