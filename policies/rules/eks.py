"""Data rules about eks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.tokens import EKS_CLUSTER, NODE_GROUP
from deployment.unknown import SECRET, UNKNOWN
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._ports import is_world
from policies.table import GIVEN, must_be, must_have, row

PUBLIC: Final = "vpcConfig.endpointPublicAccess"
CIDRS: Final = "vpcConfig.publicAccessCidrs"
HALVES: Final = ["0.0.0.0/1", "128.0.0.0/1"]


def _narrow(resource: Resource, context: Context) -> Iterator[Problem]:
    """A public endpoint that is asked for has named sources, and none is the world."""
    public = resource.get(PUBLIC)
    if public is False:
        return
    sources = resource.all(f"{CIDRS}[*]")
    if any(isinstance(one, str) and is_world(one) for one in sources) or (public is True and not sources):
        yield Problem(f"everybody reaches the API server; name sources in {CIDRS}, or set {PUBLIC} to false", CIDRS)


def _cluster(**vpc_config: object) -> dict[str, tuple[str, dict[str, object]]]:
    return {"cluster": (EKS_CLUSTER[0], {"vpcConfig": vpc_config})}


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="kubernetes-api-narrow",
        title="Not everybody reaches the Kubernetes API",
        severity=Severity.HIGH,
        risk=Risk.EXPOSURE,
        why="Credentials that leak, and flaws of the API server, are good from anywhere.",
        fix="Name the networks that need it in vpcConfig.publicAccessCidrs, or set endpointPublicAccess to false.",
        source="https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
        frameworks=("checkov:CKV_AWS_38",),
        types=EKS_CLUSTER,
        check=_narrow,
        passing=_cluster(endpointPublicAccess=True, publicAccessCidrs=["198.51.100.0/24"]),
        also_passing=(
            _cluster(endpointPublicAccess=False, publicAccessCidrs=["0.0.0.0/0"]),
            _cluster(endpointPublicAccess=False, publicAccessCidrs=UNKNOWN),
        ),
        failing=_cluster(endpointPublicAccess=True, publicAccessCidrs=["0.0.0.0/0"]),
        also_failing=(
            _cluster(endpointPublicAccess=True),
            _cluster(publicAccessCidrs=["::/0"]),
            _cluster(publicAccessCidrs=HALVES),
        ),
        undecided=(_cluster(endpointPublicAccess=UNKNOWN), _cluster(publicAccessCidrs=[SECRET])),
    ),
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
