"""Data rules about eks."""

from __future__ import annotations

from typing import Final

from deployment.tokens import EKS_CLUSTER, NODE_GROUP
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import GIVEN, must_be, must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "kubernetes-nodes-no-open-ssh",
        NODE_GROUP,
        must_have("remoteAccess.sourceSecurityGroupIds", "the security groups that may reach SSH"),
        where={"remoteAccess.ec2SshKey": (GIVEN,)},
        title="SSH of nodes is not open to the internet",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="With a key and no source groups, EKS opens port 22 of the nodes to 0.0.0.0/0.",
        fix="Set remoteAccess.sourceSecurityGroupIds, or drop ec2SshKey and use Session Manager.",
        source="https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteAccessConfig.html",
        frameworks=("checkov:CKV_AWS_100",),
    ),
    row(
        "kubernetes-api-private",
        EKS_CLUSTER,
        must_be("vpcConfig.endpointPublicAccess", False),
        title="The Kubernetes API is reached from within the VPC",
        severity=Severity.HIGH,
        why="Credentials that leak are good from anywhere while the endpoint is public.",
        fix="Set vpcConfig.endpointPublicAccess to false, or name publicAccessCidrs and waive this.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html#eks-1",
        frameworks=("checkov:CKV_AWS_39", "fsbp:EKS.1"),
    ),
    row(
        "kubernetes-api-logged",
        EKS_CLUSTER,
        must_have("enabledClusterLogTypes", "api, audit and authenticator"),
        title="Kubernetes control planes are logged",
        severity=Severity.MEDIUM,
        why="Who did what in the cluster is in the audit log, which is off by default.",
        fix="Set enabledClusterLogTypes to api, audit and authenticator.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html#eks-8",
        frameworks=("checkov:CKV_AWS_37", "fsbp:EKS.8"),
    ),
)
