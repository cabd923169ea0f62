"""Checks of a stack that runs on Kubernetes. Each yields every problem it finds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from infra.settings.errors import Problem
from infra.settings.fleet import FleetSettings
from infra.settings.platform import PlatformSettings
from infra.settings.pods import SURGE_PODS, PodsSettings
from infra.settings.rollout import RolloutSettings
from infra.settings.tenancy import TenancySettings
from infra.settings.usage import UsageSettings

CLOUDWATCH_CALLS = Decimal(730 * 3600) / 15
"""Calls a month of an autoscaler that asks CloudWatch: every 15 s, whatever its polling interval says (KEDA #2282)."""
USD_PER_CALL = Decimal("0.00001")
"""GetMetricData, one metric ($0.01 per 1,000; CloudWatch pricing, 2026-11)."""


def kubernetes_is_complete(
    platform: PlatformSettings, pods: PodsSettings, tenancy: TenancySettings
) -> Iterator[Problem]:
    """Kind kubernetes has a cluster, an image and the platform's edge; kind ec2 has no cluster."""
    if platform.kind == "ec2":
        if platform.cluster is not None:
            yield Problem("plant:platform.cluster", "(given)", "only for kind kubernetes; remove it or change the kind")
        return
    if platform.cluster is None:
        yield Problem("plant:platform.cluster", None, "required when kind is kubernetes: the platform's EKS cluster")
    if pods.image is None:
        yield Problem("plant:pods.image", None, "required when kind is kubernetes: the software, by digest")
    if tenancy.kind != "shared":
        yield Problem(
            "plant:tenancy.kind",
            tenancy.kind,
            "has to be shared when plant:platform.kind is kubernetes: a cluster is the platform's, and so is its edge",
        )


def the_rollout_reaches_the_cluster(platform: PlatformSettings) -> Iterator[Problem]:
    """Step Functions calls public endpoints; any other takes a function in the VPC."""
    cluster = platform.cluster
    if cluster is None:
        return
    if not cluster.public_endpoint and cluster.caller_function_arn is None:
        yield Problem(
            "plant:platform.cluster.caller_function_arn",
            None,
            "required when public_endpoint is false: Step Functions reaches public endpoints only, so a function in the"
            " VPC has to call the API for the rollout",
        )
    if (cluster.caller_function_arn is None) != (cluster.caller_role_arn is None):
        missing = "caller_role_arn" if cluster.caller_role_arn is None else "caller_function_arn"
        yield Problem(f"plant:platform.cluster.{missing}", None, "a function and its role go together; give both")


def pods_fit_their_quota(platform: PlatformSettings, pods: PodsSettings) -> Iterator[Problem]:
    """Both Deployments at their maximum, each in an update: a smaller quota stops updates for ever."""
    if platform.kind != "kubernetes":
        return
    if pods.min_replicas > pods.max_replicas:
        yield Problem(
            "plant:pods.min_replicas", pods.min_replicas, f"more than plant:pods.max_replicas, {pods.max_replicas}"
        )
    most = most_pods(pods)
    for key, each, unit in (
        ("quota_cpu_millicores", pods.cpu_millicores, "m"),
        ("quota_memory_mib", pods.memory_mib, "Mi"),
    ):
        if getattr(pods, key) < most * each:
            yield Problem(
                f"plant:pods.{key}",
                getattr(pods, key),
                f"two Deployments of up to {pods.max_replicas} pods, and {SURGE_PODS} more of each in an update, ask"
                f" for {most} x {each}{unit}; allowed is {most * each} or more",
            )
    if pods.cpu_limit_millicores is not None and pods.cpu_limit_millicores < pods.cpu_millicores:
        yield Problem(
            "plant:pods.cpu_limit_millicores",
            pods.cpu_limit_millicores,
            f"less than plant:pods.cpu_millicores, which is {pods.cpu_millicores}",
        )


def most_pods(pods: PodsSettings) -> int:
    """Pods of both Deployments at their maximum, each in an update."""
    return 2 * (pods.max_replicas + SURGE_PODS)


def autoscaler_asks_for_nothing_dear(platform: PlatformSettings, pods: PodsSettings) -> Iterator[Problem]:
    """A CloudWatch trigger eats the fleet's budget."""
    if platform.kind == "kubernetes" and pods.scaling_metric == "cloudwatch":
        usd = CLOUDWATCH_CALLS * USD_PER_CALL
        yield Problem(
            "plant:pods.scaling_metric",
            "cloudwatch",
            f"the autoscaler asks every 15 s, {CLOUDWATCH_CALLS:,.0f} calls a month, which cost ${usd:.2f} for each"
            " Deployment; allowed: cpu, prometheus",
        )


def probes_differ(platform: PlatformSettings, pods: PodsSettings, fleet: FleetSettings) -> Iterator[Problem]:
    """A pod whose cache is away is not ready; it is not to be killed for it."""
    if platform.kind == "kubernetes" and pods.liveness_path == fleet.health_check_path:
        yield Problem(
            "plant:pods.liveness_path",
            pods.liveness_path,
            "the same as plant:fleet.health_check_path: a pod that can't serve would be killed, not just left alone",
        )


def candidate_is_pinned(platform: PlatformSettings, rollout: RolloutSettings) -> Iterator[Problem]:
    """The candidate runs by digest, too."""
    image = rollout.candidate_image
    if platform.kind == "kubernetes" and image is not None and "@sha256:" not in image:
        yield Problem("plant:rollout.candidate_image", image, "pods run images by digest; append @sha256:…")


def pods_carry_the_peak(
    platform: PlatformSettings, pods: PodsSettings, fleet: FleetSettings, usage: UsageSettings
) -> Iterator[Problem]:
    """CPU that the pods have even on full nodes, for the CPU time of the declared peak."""
    if platform.kind != "kubernetes":
        return
    able = pods.max_replicas * pods.cpu_millicores / fleet.cpu_time_ms
    if able < usage.peak_requests_per_second:
        yield Problem(
            "plant:pods.max_replicas",
            pods.max_replicas,
            f"pods of {pods.cpu_millicores}m serve {able:.1f} requests per second of {fleet.cpu_time_ms:g} ms of CPU,"
            f" and plant:usage.peak_requests_per_second is {usage.peak_requests_per_second}",
        )
