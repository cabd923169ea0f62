"""``plant:pods``: size, number and software of the pods; used when ``plant:platform.kind`` is kubernetes."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from infra.settings.base import Group

SURGE_PODS = 1
"""Pods above the wanted number while a Deployment is updated."""


class PodsSettings(Group):
    """Pods of the stable and the canary Deployment, which are alike."""

    image: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9./_:-]{3,300}@sha256:[0-9a-f]{64}$",
        description="Released software, by digest; required for kind kubernetes. It carries openssl.",
    )
    cpu_millicores: int = Field(
        default=25, ge=1, le=192_000, description="CPU that a pod has even on a full node (millicores)."
    )
    cpu_limit_millicores: int | None = Field(
        default=None,
        ge=1,
        le=192_000,
        description="Most CPU of a pod (millicores); absent: what the node has left. A limit throttles the p95.",
    )
    memory_mib: int = Field(default=64, ge=16, le=786_432, description="Memory of a pod, asked for and limited (MiB).")
    ephemeral_storage_mib: int = Field(
        default=32, ge=8, le=102_400, description="Scratch space of a pod, asked for and limited (MiB)."
    )
    min_replicas: int = Field(
        default=2, ge=2, le=1_000, description="Fewest stable pods (2 to 1,000: one is no spare)."
    )
    max_replicas: int = Field(
        default=4, ge=2, le=1_000, description="Most pods of each Deployment: the canary ends up with all traffic."
    )
    quota_cpu_millicores: int = Field(
        default=250, ge=1, le=10_000_000, description="CPU that all pods of the namespace may ask for (millicores)."
    )
    quota_memory_mib: int = Field(
        default=640, ge=16, le=100_000_000, description="Memory that all pods of the namespace may ask for (MiB)."
    )
    scaling_metric: Literal["cpu", "prometheus", "cloudwatch"] = Field(
        default="cpu", description="What the autoscaler follows: cpu, or requests by the platform's prometheus."
    )
    cpu_target_percent: int = Field(
        default=60, ge=10, le=90, description="CPU use per requested CPU at which pods are added (%, 10 to 90)."
    )
    requests_per_second_per_pod: Decimal = Field(
        default=Decimal(2), gt=0, le=100_000, description="Load of a pod at which more are added, for prometheus."
    )
    prometheus_metric: str = Field(
        default="http_requests_per_second",
        pattern=r"^[a-z_:][a-z0-9_:]{0,127}$",
        description="Metric of the pods that the platform's Prometheus adapter serves (requests per second).",
    )
    liveness_path: str = Field(
        default="/livez",
        pattern=r"^/[A-Za-z0-9/_.-]{0,200}$",
        description="Path that answers 200 as long as the process works; not the one of the health check.",
    )
