"""The service as pods on the platform's cluster: what takes the place of the fleets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from components.access.application_access import ApplicationAccess
from components.edge.traffic_split import FLEETS
from components.kubernetes.cluster import Cluster, provider
from components.kubernetes.deployment_sizing import DeploymentSizing
from components.kubernetes.guarded_namespace import (
    ContainerBoundsArgs,
    GuardedNamespace,
    GuardedNamespaceArgs,
    QuotaArgs,
)
from components.kubernetes.pod_scaling import PodScaling, PodScalingArgs
from components.kubernetes.scaling_access import ScalingAccess, ScalingAccessArgs
from components.kubernetes.track import AutoscalerArgs, PodArgs, Track, TrackArgs
from components.kubernetes.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from components.network.security_groups import CACHE_PORT, CACHE_READER_PORT
from components.rollout.canary_rollout import CanaryRollout
from infra.settings.pod_checks import most_pods
from infra.settings.pods import PodsSettings
from infra.stack.context import Context
from infra.stack.declared import Application, Compute, Ground, Traffic
from infra.stack.fleet import environment

SERVICE_ACCOUNT = "plant-api"


class Pods:
    """Declares the pods of one stack, part by part."""

    def __init__(self, context: Context, may_do: ApplicationAccess) -> None:
        self._context, self._may_do = context, may_do
        self._namespace = context.names.namespace
        self._labels = {
            "app.kubernetes.io/name": "plant-api",
            "app.kubernetes.io/instance": context.names.slug,
            "app.kubernetes.io/part-of": "plant",
        }
        self._cluster = self._the_cluster()
        inside = pulumi.ResourceOptions(providers=[provider("cluster", self._cluster)])
        self._child = pulumi.ResourceOptions.merge(context.child, inside)
        self._space = self._guards()

    def _the_cluster(self) -> Cluster:
        settings, cluster = self._context.settings, self._context.settings.platform.cluster
        assert cluster is not None  # noqa: S101 - settings of this kind have one
        return Cluster(
            name=cluster.name,
            arn=f"arn:aws:eks:{settings.region}:{self._context.account_id}:cluster/{cluster.name}",
            endpoint=cluster.endpoint,
            certificate_authority=cluster.certificate_authority,
            region=settings.region,
            caller_function_arn=cluster.caller_function_arn,
        )

    def tracks(self, ground: Ground, traffic: Traffic, application: Application) -> Compute:
        """Guards, identity, both tracks, and what watches them."""
        context, settings = self._context, self._context.settings
        space = self._space
        identity = WorkloadIdentity(
            f"{context.name}-identity",
            WorkloadIdentityArgs(
                cluster=self._cluster,
                namespace=space.namespace,
                service_account=SERVICE_ACCOUNT,
                labels=self._labels,
                account_id=context.account_id,
                statements=self._may_do.statements(),
            ),
            self._child,
        )
        variables = {
            **environment(context, application),
            "PLANT_STACK": context.stack,
            "PLANT_LOG_GROUP": ground.audit.log_group_name,
        }
        for track in FLEETS:
            Track(
                f"{context.name}-{track}",
                TrackArgs(
                    track=track,
                    namespace=space.namespace,
                    labels=self._labels,
                    pod=self._pod(track, variables, identity.service_account),
                    scaling=AutoscalerArgs(
                        minimum=settings.pods.min_replicas,
                        maximum=settings.pods.max_replicas,
                        metrics=metrics(settings.pods),
                    ),
                    target_group_arn=traffic.split.target_group_arns[track],
                    deregistration_delay_seconds=settings.edge.deregistration_delay_seconds,
                    rests_at_zero=track == "canary",
                    guards=[*space.guards, identity],
                ),
                self._child,
            )
        scaling = self._scaling(ground, traffic)
        return Compute(
            sizing=DeploymentSizing(
                cluster=self._cluster, namespace=self._namespace, deployments={track: track for track in FLEETS}
            ),
            group_names={},
            spike_alarm_arns=[scaling.spike_alarm_arn],
            failure_alarm_arns=scaling.failure_alarm_arns,
        )

    def let_scale(self, rollout: CanaryRollout) -> None:
        """The rollout, or the function that calls the cluster for it, may scale the two Deployments."""
        cluster = self._context.settings.platform.cluster
        ScalingAccess(
            f"{self._context.name}-scale",
            ScalingAccessArgs(
                cluster=self._cluster,
                namespace=self._space.namespace,
                labels=self._labels,
                principal_arn=(cluster.caller_role_arn if cluster else None) or rollout.role_arn,
                group=f"{self._context.names.slug}:rollout",
                deployments=FLEETS,
            ),
            self._child,
        )

    def _guards(self) -> GuardedNamespace:
        settings, pods = self._context.settings, self._context.settings.pods
        cluster = settings.platform.cluster
        assert cluster is not None  # noqa: S101 - settings of this kind have one
        return GuardedNamespace(
            f"{self._context.name}-space",
            GuardedNamespaceArgs(
                namespace=self._namespace,
                labels=self._labels,
                kubernetes_version=f"v{cluster.version}",
                quota=QuotaArgs(
                    cpu_millicores=pods.quota_cpu_millicores,
                    memory_mib=pods.quota_memory_mib,
                    pods=most_pods(pods),
                    ephemeral_storage_mib=most_pods(pods) * pods.ephemeral_storage_mib,
                ),
                bounds=ContainerBoundsArgs(
                    default_cpu_millicores=pods.cpu_millicores,
                    default_memory_mib=pods.memory_mib,
                    default_ephemeral_storage_mib=pods.ephemeral_storage_mib,
                    maximum_memory_mib=pods.memory_mib,
                ),
                service_port=settings.fleet.service_port,
                client_cidrs=[str(cidr) for cidr in cluster.load_balancer_cidrs],
                cache_cidrs=[str(cidr) for cidr in cluster.cache_cidrs],
                cache_ports=[CACHE_PORT, CACHE_READER_PORT],
                stores=[
                    ([str(cidr) for cidr in store.cidrs], store.port) for store in settings.data.stores if store.cidrs
                ],
            ),
            self._child,
        )

    def _pod(
        self, track: str, variables: Mapping[str, pulumi.Input[str]], service_account: pulumi.Input[str]
    ) -> PodArgs:
        settings, pods = self._context.settings, self._context.settings.pods
        candidate = settings.rollout.candidate_image if track == "canary" else None
        return PodArgs(
            image=candidate or str(pods.image),
            environment={**variables, "PLANT_FLEET": track},
            service_account=service_account,
            port=settings.fleet.service_port,
            readiness_path=settings.fleet.health_check_path,
            liveness_path=pods.liveness_path,
            cpu_millicores=pods.cpu_millicores,
            cpu_limit_millicores=pods.cpu_limit_millicores,
            memory_mib=pods.memory_mib,
            ephemeral_storage_mib=pods.ephemeral_storage_mib,
        )

    def _scaling(self, ground: Ground, traffic: Traffic) -> PodScaling:
        slo, pods, fleet = self._context.settings.slo, self._context.settings.pods, self._context.settings.fleet
        # CPU at which a pod gets company, in requests a minute of the declared CPU time.
        usual = pods.cpu_millicores * pods.cpu_target_percent / 100 / fleet.cpu_time_ms * 60
        return PodScaling(
            f"{self._context.name}-pods",
            PodScalingArgs(
                cluster_name=self._cluster.name,
                namespace=self._namespace,
                target_group_suffix=traffic.split.target_group_suffixes["stable"],
                load_balancer_suffix=traffic.door.load_balancer_suffix,
                metric_namespace=self._context.names.metric_namespace,
                spike_requests_per_target_per_minute=round(usual * slo.traffic_spike_ratio),
                least_pods=pods.min_replicas,
                failure_threshold_percent=slo.scaling_failure_threshold_percent,
                window_minutes=slo.scaling_failure_window_minutes,
                alert_topic_arn=ground.topics.alerts,
            ),
            self._context.child,
        )


def metrics(pods: PodsSettings) -> list[Mapping[str, Any]]:
    """What the autoscaler follows."""
    if pods.scaling_metric == "cpu":
        target = {"type": "Utilization", "average_utilization": pods.cpu_target_percent}
        return [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    average = {"type": "AverageValue", "average_value": str(pods.requests_per_second_per_pod)}
    return [{"type": "Pods", "pods": {"metric": {"name": pods.prometheus_metric}, "target": average}}]
