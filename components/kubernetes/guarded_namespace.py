"""A namespace in which nothing runs that the guards don't allow, and nothing beyond what its quota pays for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

METADATA_ADDRESS = "169.254.169.254/32"
"""Instance metadata: a pod has no business with the node's role."""
IDENTITY_AGENT = "169.254.170.23/32"
"""EKS Pod Identity Agent, from which pods get their credentials (EKS user guide, 2026-11)."""
EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class QuotaArgs:
    """All that the pods of the namespace may ask for together; the worst case of what they cost."""

    cpu_millicores: int
    memory_mib: int
    pods: int
    ephemeral_storage_mib: int


@dataclass(frozen=True, kw_only=True)
class ContainerBoundsArgs:
    """What a container gets that asks for nothing, and what it may ask for at most."""

    default_cpu_millicores: int
    default_memory_mib: int
    default_ephemeral_storage_mib: int
    maximum_memory_mib: int


@dataclass(frozen=True, kw_only=True)
class GuardedNamespaceArgs:
    """Name, guards and the few connections that pods may have."""

    namespace: str
    """Name of the namespace."""
    labels: Mapping[str, str]
    """Labels of all objects."""
    kubernetes_version: str
    """Version of the Pod Security Standards, e.g. ``v1.36``: a newer cluster doesn't change what is admitted."""
    quota: QuotaArgs
    """What the pods may ask for together."""
    bounds: ContainerBoundsArgs
    """What one container may ask for."""
    service_port: int
    """Port of the API on a pod."""
    client_cidrs: Sequence[str]
    """Subnets of the load balancer, the only one that may connect to pods."""
    cache_cidrs: Sequence[str]
    """Subnets of the cache."""
    cache_ports: Sequence[int]
    """Ports of the cache."""
    stores: Sequence[tuple[Sequence[str], int]] = ()
    """Address ranges and port of each data store. Default: none."""


class GuardedNamespace(pulumi.ComponentResource):
    """Namespace with the guards that Kubernetes has: what may run, how much of it, and who connects to whom.

    Creates: namespace, quota, limit range, three network policies (nothing; from the load balancer; to DNS, cache,
    credentials and HTTPS).
    """

    namespace: pulumi.Output[str]
    """Name of the namespace; whoever takes it from here comes after the namespace."""
    guards: list[pulumi.Resource]
    """What has to be in place before the first pod."""

    def __init__(self, name: str, args: GuardedNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:GuardedNamespace", name, {}, opts)
        self._name, self._args = name, args
        space = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={
                "name": args.namespace,
                "labels": {
                    **args.labels,
                    "pod-security.kubernetes.io/enforce": "restricted",
                    "pod-security.kubernetes.io/enforce-version": args.kubernetes_version,
                    "pod-security.kubernetes.io/warn": "restricted",
                    "pod-security.kubernetes.io/warn-version": "latest",
                    # A rolling update waits for the load balancer's verdict on each new pod (controller guide).
                    "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._inside = pulumi.ResourceOptions(parent=self, depends_on=[space])
        self.guards = [space, self._quota(), self._limits(), *self._policies()]
        self.namespace = space.metadata.apply(lambda metadata: str(metadata["name"]))
        self.register_outputs({"namespace": self.namespace})

    def _metadata(self, suffix: str) -> dict[str, Any]:
        return {"name": suffix, "namespace": self._args.namespace, "labels": dict(self._args.labels)}

    def _quota(self) -> Any:
        quota = self._args.quota
        return k8s.core.v1.ResourceQuota(
            f"{self._name}-quota",
            metadata=self._metadata("budget"),
            spec={
                "hard": {
                    "requests.cpu": f"{quota.cpu_millicores}m",
                    "requests.memory": f"{quota.memory_mib}Mi",
                    "requests.ephemeral-storage": f"{quota.ephemeral_storage_mib}Mi",
                    "pods": str(quota.pods),
                    # What would buy something outside of the nodes.
                    "services.loadbalancers": "0",
                    "services.nodeports": "0",
                    "persistentvolumeclaims": "0",
                }
            },
            opts=self._inside,
        )

    def _limits(self) -> Any:
        bounds = self._args.bounds
        return k8s.core.v1.LimitRange(
            f"{self._name}-limits",
            metadata=self._metadata("containers"),
            spec={
                "limits": [
                    {
                        "type": "Container",
                        "default_request": {
                            "cpu": f"{bounds.default_cpu_millicores}m",
                            "memory": f"{bounds.default_memory_mib}Mi",
                            "ephemeral-storage": f"{bounds.default_ephemeral_storage_mib}Mi",
                        },
                        "default": {
                            "memory": f"{bounds.default_memory_mib}Mi",
                            "ephemeral-storage": f"{bounds.default_ephemeral_storage_mib}Mi",
                        },
                        "max": {"memory": f"{bounds.maximum_memory_mib}Mi"},
                    },
                ]
            },
            opts=self._inside,
        )

    def _policies(self) -> list[Any]:
        args = self._args
        return [
            self._policy("nothing", {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}),
            self._policy(
                "from-load-balancer",
                {
                    "pod_selector": {"match_labels": dict(args.labels)},
                    "policy_types": ["Ingress"],
                    "ingress": [
                        {
                            "from_": [{"ip_block": {"cidr": cidr}} for cidr in args.client_cidrs],
                            "ports": [_tcp(args.service_port)],
                        }
                    ],
                },
            ),
            self._policy(
                "to-what-the-service-uses",
                {
                    "pod_selector": {"match_labels": dict(args.labels)},
                    "policy_types": ["Egress"],
                    "egress": [
                        {
                            "to": [
                                {
                                    "namespace_selector": {
                                        "match_labels": {"kubernetes.io/metadata.name": "kube-system"}
                                    },
                                    "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
                                }
                            ],
                            "ports": [{"protocol": "UDP", "port": 53}, _tcp(53)],
                        },
                        {"to": [{"ip_block": {"cidr": IDENTITY_AGENT}}], "ports": [_tcp(80)]},
                        {
                            "to": [{"ip_block": {"cidr": cidr}} for cidr in args.cache_cidrs],
                            "ports": [_tcp(port) for port in args.cache_ports],
                        },
                        *(
                            {"to": [{"ip_block": {"cidr": cidr}} for cidr in cidrs], "ports": [_tcp(port)]}
                            for cidrs, port in args.stores
                        ),
                        {
                            "to": [{"ip_block": {"cidr": EVERYWHERE, "except_": [METADATA_ADDRESS]}}],
                            "ports": [_tcp(443)],
                        },
                    ],
                },
            ),
        ]

    def _policy(self, suffix: str, spec: Mapping[str, Any]) -> Any:
        return k8s.networking.v1.NetworkPolicy(
            f"{self._name}-{suffix}", metadata=self._metadata(suffix), spec=dict(spec), opts=self._inside
        )


def _tcp(port: int) -> dict[str, Any]:
    return {"protocol": "TCP", "port": port}
