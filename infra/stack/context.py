"""What every part of one stack shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pulumi

from components.access.permissions_boundary import bound_roles
from components.workflow.schedule_group import grouped_schedules
from infra.naming import Names
from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Context:
    """Settings and names of one stack, and the component that holds it all."""

    settings: Settings
    stack: str
    """Name of the stack."""
    now: datetime
    """Time of the run, with a time zone."""
    name: str
    """Logical name of the root component; those of its children start with it."""
    names: Names
    """Physical names."""
    tags: dict[str, str]
    """Cost-allocation tags."""
    root: pulumi.Resource
    """The root component."""
    permissions_boundary_arn: pulumi.Output[str]
    """Boundary of all roles but the workflows' own."""
    schedule_group_name: pulumi.Output[str]
    """Group of all schedules."""
    exports: dict[str, pulumi.Input[Any]] = field(default_factory=dict)
    """Outputs of the stack, gathered part by part."""

    @property
    def child(self) -> pulumi.ResourceOptions:
        """Options of the root's children; the one place where roles get their boundary, and schedules their group."""
        return pulumi.ResourceOptions(
            parent=self.root,
            transformations=[
                bound_roles(self.permissions_boundary_arn, self.names.role_path),
                grouped_schedules(self.schedule_group_name),
            ],
        )

    @property
    def account_id(self) -> str:
        """Account of the stack."""
        return self.settings.platform.account_id
