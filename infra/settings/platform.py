"""``plant:platform``: what runs the service, and the account it runs in."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from infra.settings.base import Email, Group, HttpsUrl, arn
from infra.settings.cluster import ClusterSettings

EXAMPLE_ACCOUNT_ID = "123456789012"
"""Account of AWS's own examples and of the stack files here: previews need no other, and nobody can deploy to it."""


class HealthAggregatorSettings(Group):
    """The existing service that does the monitoring; give it an event bus or an HTTPS address."""

    event_bus_arn: str | None = Field(
        pattern=arn("events", "event-bus/", "[A-Za-z0-9/._-]{1,256}"),
        default=None,
        description="Event bus of the Health Aggregator.",
    )
    endpoint: HttpsUrl | None = Field(default=None, description="HTTPS address subscribed to the alarm topic.")


class PlatformSettings(Group):
    """Runtime, account, and the services around the stack."""

    kind: Literal["ec2", "kubernetes"] = Field(
        default="ec2", description="What runs the service: ec2 instances, or pods on the platform's cluster."
    )
    cluster: ClusterSettings | None = Field(
        default=None, description="The platform's EKS cluster; required for kind kubernetes, absent otherwise."
    )
    account_id: str = Field(
        pattern=r"^[0-9]{12}$",
        description="AWS account (12 digits; `aws sts get-caller-identity` tells yours); no other is touched.",
    )
    owner: str = Field(default="plant-api-team", pattern=r"^[\w .@-]{1,64}$", description="Team in the Owner tag.")
    cost_center: str = Field(
        default="plant-api", pattern=r"^[\w .-]{1,64}$", description="Value of the CostCenter tag."
    )
    repository: str = Field(
        default="plant-api/plant-api-stack",
        pattern=r"^[A-Za-z0-9-]{1,39}(/[A-Za-z0-9._-]{1,100}|@[0-9]{1,20}/[A-Za-z0-9._-]{1,100}@[0-9]{1,20})$",
        description=(
            "GitHub repository (owner/name) whose workflows may assume the CI roles; owner@id/name@id where its tokens"
            " say that: those of repositories made, renamed or transferred since 2026-07-15 do."
        ),
    )
    operator_emails: tuple[Email, ...] = Field(
        default=("plant-api-team@example.com",),
        min_length=1,
        max_length=10,
        description="Who gets alarms and budget notices (1 to 10: AWS Budgets sends to no more).",
    )
    protect_data: bool = Field(
        default=True,
        description="Refuse to delete what holds data: the key and the log bucket; off, the logs go with their bucket.",
    )
    health_aggregator: HealthAggregatorSettings = Field(
        default_factory=HealthAggregatorSettings, description="Where health events go."
    )
