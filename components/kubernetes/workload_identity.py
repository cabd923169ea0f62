"""Who a pod is, to AWS and to the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components.access.iam_policy import Statement, document
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs
from components.kubernetes.cluster import Cluster

SERVICE = "pods.eks.amazonaws.com"
"""EKS Pod Identity, which assumes roles for pods."""


@dataclass(frozen=True, kw_only=True)
class WorkloadIdentityArgs:
    """Account of the pods, and what it may do in AWS."""

    cluster: Cluster
    """Cluster of the pods."""
    namespace: pulumi.Input[str]
    """Their namespace."""
    service_account: str
    """Name of their service account."""
    labels: Mapping[str, str]
    """Labels of the service account."""
    account_id: str
    """AWS account of the stack."""
    statements: Sequence[Statement]
    """What the pods may do in AWS."""


class WorkloadIdentity(pulumi.ComponentResource):
    """Service account whose pods get the credentials of a role of their own, by EKS Pod Identity.

    In the cluster the account may do nothing, and no token of it is mounted. The role trusts this cluster, namespace
    and account only. Creates: service account, role with its policy, association.
    """

    service_account: pulumi.Output[str]
    """Name of the service account; known once its role is associated, so that no pod starts without credentials."""

    def __init__(self, name: str, args: WorkloadIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:WorkloadIdentity", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        account = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            metadata={"name": args.service_account, "namespace": args.namespace, "labels": dict(args.labels)},
            automount_service_account_token=False,
            opts=child,
        )
        role = WorkloadRole(
            f"{name}-pod",
            WorkloadRoleArgs(
                description="Pods of the Plant API",
                service=SERVICE,
                statements=args.statements,
                account_id=args.account_id,
                trust=_trust(args),
            ),
            child,
        )
        association = aws.eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=args.cluster.name,
            namespace=args.namespace,
            service_account=args.service_account,
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )
        self.service_account = association.service_account
        self.register_outputs({"serviceAccount": self.service_account})


def _trust(args: WorkloadIdentityArgs) -> pulumi.Output[str]:
    """Pods tag their session with where they run, and the role asks for exactly that (EKS user guide, 2026-11)."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": SERVICE},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {
                    "aws:SourceAccount": args.account_id,
                    "aws:RequestTag/eks-cluster-arn": args.cluster.arn,
                    "aws:RequestTag/kubernetes-namespace": args.namespace,
                    "aws:RequestTag/kubernetes-service-account": args.service_account,
                }
            },
        }
    )
