"""Pods of one version, their autoscaler, and their place in a target group; one class for stable and canary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

USER_ID = 10001
"""User and group of the container; not root, and nobody's on a node."""
PORT_NAME = "https"
TLS_FOLDER = "/etc/plant-api"
SCALE_DOWN_SECONDS = 300
"""Time that the load has to stay low before pods are taken away (the default of the autoscaler)."""
SERVERS_BEHIND_SECONDS = 5
"""Head start of the load balancer: it learns of an ending pod a moment after the pod does."""

CERTIFICATE = (
    "exec openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30"
    f" -subj /CN=plant-api -keyout {TLS_FOLDER}/tls.key -out {TLS_FOLDER}/tls.crt"
)
"""TLS between load balancer and pod: the load balancer encrypts and checks no names, so a certificate made here, whose
key never leaves the pod, is enough."""


@dataclass(frozen=True, kw_only=True)
class PodArgs:
    """Software and size of one pod."""

    image: str
    """Software to run, by digest; it carries openssl, as the instances' user data does."""
    environment: Mapping[str, pulumi.Input[str]]
    """Environment of the software; no secrets."""
    service_account: pulumi.Input[str]
    """Account whose credentials the pod gets."""
    port: int
    """Port of the API (TLS)."""
    readiness_path: str
    """Path that answers 200 when the pod may have requests."""
    liveness_path: str
    """Path that answers 200 as long as the process works, whatever it depends on."""
    cpu_millicores: int
    """Requested CPU: what the pod has even on a full node."""
    cpu_limit_millicores: int | None
    """Most CPU. None: what the node has left, since a limit throttles and moves the p95."""
    memory_mib: int
    """Requested memory, and its limit."""
    ephemeral_storage_mib: int
    """Requested scratch space, and its limit."""


@dataclass(frozen=True, kw_only=True)
class AutoscalerArgs:
    """How many pods, and by what."""

    minimum: int
    """Fewest pods once the track is scaled up."""
    maximum: int
    """Most pods; bounds, with the quota, what the track may cost."""
    metrics: Sequence[Mapping[str, Any]]
    """Metrics of the autoscaler, as ``autoscaling/v2`` writes them."""


@dataclass(frozen=True, kw_only=True)
class TrackArgs:
    """Pods, scaling, and where they register."""

    track: str
    """``stable`` or ``canary``; the name of all objects."""
    namespace: pulumi.Input[str]
    """Namespace of all objects."""
    labels: Mapping[str, str]
    """Labels of the service; the track adds its own."""
    pod: PodArgs
    """Software and size of one pod."""
    scaling: AutoscalerArgs
    """How many pods."""
    target_group_arn: pulumi.Input[str]
    """Target group of type ``ip`` that the pods register in; nothing else may."""
    deregistration_delay_seconds: int
    """Time that the target group lets a leaving pod finish; a pod stays longer than that."""
    rests_at_zero: bool
    """Whether the track has no pods until a rollout scales it up."""
    guards: Sequence[pulumi.Resource]
    """What has to be in place before the first pod."""


class Track(pulumi.ComponentResource):
    """Hardened pods over several zones that scale on load, and leave without losing a request.

    The declaration of the stable track has no replicas: they are the autoscaler's. One that rests declares 0 and
    ignores them from then on; an autoscaler leaves a Deployment of 0 replicas alone until somebody scales it up. It
    makes such a track larger and never smaller: however little traffic there is, the next step needs its pods.
    Service and binding come before the Deployment, because a pod gets its readiness gate when it is made.
    Creates: service, target group binding, deployment, autoscaler, disruption budget.
    """

    deployment_name: pulumi.Output[str]
    """Name of the Deployment."""

    def __init__(self, name: str, args: TrackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Track", name, {}, opts)
        self._name, self._args = name, args
        self._selected = {**args.labels, "app.kubernetes.io/component": args.track}
        guarded = pulumi.ResourceOptions(parent=self, depends_on=list(args.guards))
        service = k8s.core.v1.Service(
            f"{name}-service",
            # Without pods, which a resting track has none of, Pulumi would wait for an endpoint for ten minutes.
            metadata={**self._metadata(), "annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "type": "ClusterIP",
                "selector": self._selected,
                "ports": [{"name": PORT_NAME, "port": args.pod.port, "target_port": PORT_NAME, "protocol": "TCP"}],
            },
            opts=guarded,
        )
        binding = k8s.apiextensions.CustomResource(
            f"{name}-binding",
            api_version="elbv2.k8s.aws/v1beta1",
            kind="TargetGroupBinding",
            metadata=self._metadata(),
            spec={
                "serviceRef": {"name": args.track, "port": args.pod.port},
                "targetGroupARN": args.target_group_arn,
                "targetType": "ip",
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[service, *args.guards]),
        )
        deployment = self._deployment([*args.guards, service, binding])
        k8s.autoscaling.v2.HorizontalPodAutoscaler(
            f"{name}-autoscaler",
            metadata=self._metadata(),
            spec=self._scaling(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[deployment]),
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-disruptions",
            metadata=self._metadata(),
            spec={
                "selector": {"match_labels": self._selected},
                "max_unavailable": 1,
                # A pod that isn't ready serves nobody: it never holds a node's drain up.
                "unhealthy_pod_eviction_policy": "AlwaysAllow",
            },
            opts=guarded,
        )
        self.deployment_name = pulumi.Output.from_input(args.track)
        self.register_outputs({"deploymentName": self.deployment_name})

    def _metadata(self) -> dict[str, Any]:
        return {"name": self._args.track, "namespace": self._args.namespace, "labels": self._selected}

    def _deployment(self, after: list[pulumi.Resource]) -> k8s.apps.v1.Deployment:
        args = self._args
        return k8s.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata(),
            spec={
                **({"replicas": 0} if args.rests_at_zero else {}),
                "revision_history_limit": 3,
                "progress_deadline_seconds": 600,
                "min_ready_seconds": 5,
                "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
                "selector": {"match_labels": self._selected},
                "template": {"metadata": {"labels": self._selected}, "spec": self._pod()},
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=after,
                ignore_changes=["spec.replicas"] if args.rests_at_zero else [],
                custom_timeouts=pulumi.CustomTimeouts(create="15m", update="15m", delete="5m"),
            ),
        )

    def _pod(self) -> dict[str, Any]:
        args, pod = self._args, self._args.pod
        linger = args.deregistration_delay_seconds + SERVERS_BEHIND_SECONDS
        return {
            "service_account_name": pod.service_account,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "termination_grace_period_seconds": linger + 25,
            "security_context": {
                "run_as_non_root": True,
                "run_as_user": USER_ID,
                "run_as_group": USER_ID,
                "fs_group": USER_ID,
                "seccomp_profile": {"type": "RuntimeDefault"},
            },
            "topology_spread_constraints": [
                self._spread("topology.kubernetes.io/zone", "DoNotSchedule"),
                self._spread("kubernetes.io/hostname", "ScheduleAnyway"),
            ],
            "init_containers": [self._container("certificate", command=["sh", "-c", CERTIFICATE])],
            "containers": [
                self._container(
                    "api",
                    env=[{"name": key, "value": value} for key, value in sorted(pod.environment.items())],
                    ports=[{"name": PORT_NAME, "container_port": pod.port, "protocol": "TCP"}],
                    startup_probe=self._probe(pod.liveness_path, period=2, failures=60),
                    liveness_probe=self._probe(pod.liveness_path, period=10, failures=3),
                    readiness_probe=self._probe(pod.readiness_path, period=5, failures=2),
                    # The pod serves on until the load balancer sends it nothing more.
                    lifecycle={"pre_stop": {"sleep": {"seconds": linger}}},
                )
            ],
            "volumes": [
                {"name": "tls", "empty_dir": {"medium": "Memory", "size_limit": "1Mi"}},
                {"name": "scratch", "empty_dir": {"size_limit": f"{pod.ephemeral_storage_mib // 2}Mi"}},
            ],
        }

    def _spread(self, key: str, otherwise: str) -> dict[str, Any]:
        return {
            "max_skew": 1,
            "topology_key": key,
            "when_unsatisfiable": otherwise,
            "label_selector": {"match_labels": self._selected},
            "match_label_keys": ["pod-template-hash"],
        }

    def _container(self, name: str, **more: Any) -> dict[str, Any]:
        pod = self._args.pod
        bounded = {"memory": f"{pod.memory_mib}Mi", "ephemeral-storage": f"{pod.ephemeral_storage_mib}Mi"}
        throttled = {} if pod.cpu_limit_millicores is None else {"cpu": f"{pod.cpu_limit_millicores}m"}
        return {
            "name": name,
            "image": pod.image,
            "image_pull_policy": "Always",
            "resources": {
                "requests": {"cpu": f"{pod.cpu_millicores}m", **bounded},
                "limits": {**throttled, **bounded},
            },
            "security_context": {
                "allow_privilege_escalation": False,
                "privileged": False,
                "read_only_root_filesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            "volume_mounts": [
                # No False: the API server keeps none, and takes the next apply of it for a change.
                {"name": "tls", "mount_path": TLS_FOLDER, **({"read_only": True} if name == "api" else {})},
                {"name": "scratch", "mount_path": "/tmp"},  # noqa: S108 - a volume of the pod's own
            ],
            **more,
        }

    def _probe(self, path: str, *, period: int, failures: int) -> dict[str, Any]:
        return {
            "http_get": {"path": path, "port": PORT_NAME, "scheme": "HTTPS"},
            "period_seconds": period,
            "timeout_seconds": 2,
            "failure_threshold": failures,
        }

    def _scaling(self) -> dict[str, Any]:
        scaling = self._args.scaling
        return {
            "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": self._args.track},
            "min_replicas": scaling.minimum,
            "max_replicas": scaling.maximum,
            "metrics": [dict(metric) for metric in scaling.metrics],
            "behavior": {
                "scale_up": {
                    "stabilization_window_seconds": 0,
                    "select_policy": "Max",
                    "policies": [
                        {"type": "Percent", "value": 100, "period_seconds": 15},
                        {"type": "Pods", "value": 2, "period_seconds": 15},
                    ],
                },
                "scale_down": {
                    "stabilization_window_seconds": SCALE_DOWN_SECONDS,
                    # A rollout asks before each step for as many pods as it began with, and takes them away itself.
                    "select_policy": "Disabled" if self._args.rests_at_zero else "Max",
                    "policies": [{"type": "Pods", "value": 1, "period_seconds": 60}],
                },
            },
        }
