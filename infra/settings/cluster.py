"""``plant:platform.cluster``: the EKS cluster that the platform lends, and what its nodes cost."""

from __future__ import annotations

from decimal import Decimal
from ipaddress import IPv4Network

from pydantic import Field

from infra.settings.base import Group, HttpsUrl, arn

KUBERNETES_VERSION = r"^1\.3[0-7]$"
"""Versions in which a container may sleep before it stops (1.30), up to the newest whose schemas are known (1.37)."""


class ClusterSettings(Group):
    """Identity, reach and nodes of the cluster. Nothing here is secret: who may call it is IAM's business."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", description="Name of the EKS cluster.")
    endpoint: HttpsUrl = Field(description="Address of its API server.")
    certificate_authority: str = Field(
        pattern=r"^[A-Za-z0-9+/]{16,}={0,2}$", description="Certificate of the API server's authority (base64)."
    )
    version: str = Field(
        default="1.36",
        pattern=KUBERNETES_VERSION,
        description="Kubernetes version (1.30 to 1.37, quoted); objects are checked against its schemas.",
    )
    public_endpoint: bool = Field(
        default=True,
        description="Whether the API server can be reached from outside of the VPC; Step Functions has to.",
    )
    caller_function_arn: str | None = Field(
        default=None,
        pattern=arn("lambda", "function:"),
        description="Function in the VPC that calls the API for the rollout; required without a public endpoint.",
    )
    caller_role_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws:iam::[0-9]{12}:role/[!-~]{1,1000}$",
        description="Role of that function, which gets the right to scale the two Deployments.",
    )
    node_security_group_id: str = Field(
        pattern=r"^sg-[0-9a-f]{8,17}$", description="Security group of the nodes, which pods have, too."
    )
    load_balancer_cidrs: tuple[IPv4Network, ...] = Field(
        min_length=1, max_length=20, description="Subnets of the load balancer; nobody else may connect to pods."
    )
    cache_cidrs: tuple[IPv4Network, ...] = Field(
        min_length=1, max_length=20, description="Subnets of the cache, which pods connect to."
    )
    node_type: str = Field(
        default="m7g.large",
        pattern=r"^[a-z0-9]+g[a-z]*\.[a-z0-9]+$",
        description="arm64 type of the nodes; pods are charged their share of its price.",
    )
    node_usd_per_hour: Decimal | None = Field(
        default=None, gt=0, le=100, description="What the platform pays for a node (US$/h); absent: the list price."
    )
    node_utilisation_ratio: Decimal = Field(
        default=Decimal("0.65"), gt=0, le=1, description="Part of the nodes that pods ask for (over 0, up to 1)."
    )
    idle_share_charged: bool = Field(
        default=True, description="Whether the nodes' idle part is charged to pods by their share, as on AWS's bill."
    )
