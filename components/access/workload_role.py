"""Role of one workload: who may assume it, and what it may do. Its boundary comes from above (bound_roles)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import Statement, document, service_trust


@dataclass(frozen=True, kw_only=True)
class WorkloadRoleArgs:
    """What a workload is and may do."""

    description: str
    """What the role is for, as the console shows it."""
    service: str
    """Service that assumes the role, e.g. ``states.amazonaws.com``."""
    statements: Sequence[Statement]
    """What the role may do."""
    account_id: str
    """Account that the service has to act for."""
    path: str | None = None
    """IAM path. Default: that of the stack's roles."""
    trust: pulumi.Input[str] | None = None
    """Who may assume it and when. Default: the service, for the account."""


class WorkloadRole(pulumi.ComponentResource):
    """A role with one inline policy.

    Creates: role, role policy.
    """

    arn: pulumi.Output[str]
    """ARN of the role; known only once its policy is in place, so users of it never start without rights."""
    role_name: pulumi.Output[str]
    """Name of the role."""

    def __init__(self, name: str, args: WorkloadRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:WorkloadRole", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            path=args.path,
            description=args.description,
            assume_role_policy=args.trust or service_trust(args.service, args.account_id),
            max_session_duration=3600,
            opts=child,
        )
        policy = aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy=document(*args.statements), opts=child)
        self.role_name = role.name
        self.arn = pulumi.Output.all(role.arn, policy.id).apply(lambda parts: str(parts[0]))
        self.register_outputs({"arn": self.arn, "roleName": self.role_name})
