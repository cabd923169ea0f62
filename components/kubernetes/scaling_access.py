"""The rollout's right to scale two Deployments, and nothing else in the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components.kubernetes.cluster import Cluster


@dataclass(frozen=True, kw_only=True)
class ScalingAccessArgs:
    """Who may scale what."""

    cluster: Cluster
    """Cluster of the Deployments."""
    namespace: pulumi.Input[str]
    """Their namespace."""
    labels: Mapping[str, str]
    """Labels of the objects."""
    principal_arn: pulumi.Input[str]
    """Role of the workflow that scales, or of the function that calls the API for it."""
    group: str
    """Group that the role is in inside the cluster."""
    deployments: Sequence[str]
    """Names of the Deployments that it may scale."""


class ScalingAccess(pulumi.ComponentResource):
    """Access entry without any access policy, and a role of the namespace for its group.

    Creates: access entry, role, role binding.
    """

    def __init__(self, name: str, args: ScalingAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:ScalingAccess", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        aws.eks.AccessEntry(
            f"{name}-entry",
            cluster_name=args.cluster.name,
            principal_arn=args.principal_arn,
            kubernetes_groups=[args.group],
            type="STANDARD",
            opts=child,
        )
        metadata = {"name": "scale-fleets", "namespace": args.namespace, "labels": dict(args.labels)}
        role = k8s.rbac.v1.Role(
            f"{name}-role",
            metadata=metadata,
            rules=[
                {
                    "api_groups": ["apps"],
                    "resources": ["deployments/scale"],
                    "resource_names": list(args.deployments),
                    "verbs": ["get", "update"],
                }
            ],
            opts=child,
        )
        k8s.rbac.v1.RoleBinding(
            f"{name}-binding",
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": "scale-fleets"},
            subjects=[{"api_group": "rbac.authorization.k8s.io", "kind": "Group", "name": args.group}],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
        self.register_outputs({})
