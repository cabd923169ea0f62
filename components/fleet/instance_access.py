"""What an instance of the API may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.application_access import ApplicationAccess
from components.access.iam_policy import allow
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs
from components.fleet.container_image import private_repository

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""What pulling an image takes (Amazon ECR guide, "Identity-based policy examples", read 2026-11)."""


@dataclass(frozen=True, kw_only=True)
class InstanceAccessArgs:
    """Account of the instances, and what the application on them may do."""

    account_id: str
    """Account of the stack."""
    application: ApplicationAccess
    """What the application may do."""
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
        statements = args.application.statements()
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
