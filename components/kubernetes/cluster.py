"""The cluster that the pods run in, as other components have to name it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi_kubernetes as k8s


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """An EKS cluster of the platform. Nothing of it is secret: who may call it is IAM's business."""

    name: str
    """Name of the cluster."""
    arn: str
    """Its ARN."""
    endpoint: str
    """Address of its API server, ``https://…``."""
    certificate_authority: str
    """Certificate of the API server's authority, base64."""
    region: str
    """Region of the cluster."""
    caller_function_arn: str | None = None
    """Function in the VPC that calls the API for workflows; None where the endpoint is public."""


def provider(name: str, cluster: Cluster) -> k8s.Provider:
    """Provider for `cluster` alone: without one, Pulumi would use whatever context the caller's kubectl is set to.

    A cluster identifier of its own keeps a changed kubeconfig from replacing everything (pulumi-kubernetes #2745).
    """
    return k8s.Provider(
        name, kubeconfig=kubeconfig(cluster), cluster_identifier=cluster.arn, enable_server_side_apply=True
    )


def kubeconfig(cluster: Cluster) -> str:
    """Configuration by which the AWS CLI signs in as whoever runs Pulumi; it holds no credentials."""
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": cluster.name,
                    "cluster": {
                        "server": cluster.endpoint,
                        "certificate-authority-data": cluster.certificate_authority,
                    },
                }
            ],
            "contexts": [{"name": cluster.name, "context": {"cluster": cluster.name, "user": "caller"}}],
            "current-context": cluster.name,
            "users": [
                {
                    "name": "caller",
                    "user": {
                        "exec": {
                            "apiVersion": "client.authentication.k8s.io/v1",
                            "command": "aws",
                            "args": ["eks", "get-token", "--cluster-name", cluster.name, "--region", cluster.region],
                            "interactiveMode": "Never",
                        }
                    },
                }
            ],
        },
        sort_keys=True,
    )
