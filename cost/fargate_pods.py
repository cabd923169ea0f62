"""Pods that a Fargate profile of the graph takes: the sizes that AWS sells them in.

EKS user guide, "Understand Fargate Pod configuration details" and "Define which Pods use AWS Fargate when launched",
2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from fnmatch import fnmatchcase
from typing import Final

from cost.charges import Unpriced
from cost.pods import PodSize
from cost.scope import Pricing
from deployment.graph import Resource
from deployment.manifests import namespace
from deployment.pod_resources import of, template_path
from deployment.tokens import DAEMON_SET, FARGATE_PROFILE, WORKLOADS

OVERHEAD_GIB: Final = Decimal("0.25")
"""Memory that is added to each pod for kubelet, kube-proxy and containerd."""

SIZES: Final = tuple(
    (Decimal(vcpus), Decimal(least), Decimal(most), Decimal(step))
    for vcpus, least, most, step in (
        ("0.25", "0.5", "0.5", 1),
        ("0.25", 1, 2, 1),
        ("0.5", 1, 4, 1),
        (1, 2, 8, 1),
        (2, 4, 16, 1),
        (4, 8, 30, 1),
        (8, 16, 60, 4),
        (16, 32, 120, 8),
    )
)
"""vCPUs, and the GB of memory from least to most in steps, from small to large."""


_Selector = tuple[str, tuple[tuple[str, str], ...]]
"""Namespace, and labels with their values; both may have wildcards."""


def profile_of(pricing: Pricing, workload: Resource) -> Resource | None:
    """The profile that the pods of `workload` match; None for those that run on nodes, as all daemons do."""
    if workload.type == DAEMON_SET or not (selectors := pricing.once(_selectors)):
        return None
    labels = workload.get(f"{template_path(workload.type)}.metadata.labels".lstrip("."))
    labels = labels if isinstance(labels, Mapping) else {}
    for (place, wanted), profile in selectors.items():
        if fnmatchcase(namespace(workload), place) and all(
            fnmatchcase(str(labels.get(key, "")), value) for key, value in wanted
        ):
            return profile
    return None


def profiles_with_pods(pricing: Pricing) -> frozenset[str]:
    """URNs of the profiles that take pods of the graph."""
    profiles = (profile_of(pricing, workload) for workload in pricing.graph.of_type(*WORKLOADS))
    return frozenset(one.urn for one in profiles if one is not None)


def takes_all(pricing: Pricing, name: str) -> bool:
    """True where a profile takes every pod of the namespace `name`."""
    return any(not wanted and fnmatchcase(name, place) for place, wanted in pricing.once(_selectors))


def size_of(asked: PodSize) -> PodSize:
    """The size that a pod is billed as. Raises Unpriced where there is none that large."""
    memory = asked.memory_gib + OVERHEAD_GIB
    for vcpus, least, most, step in SIZES:
        if asked.vcpus <= vcpus and memory <= most:
            steps = max(Decimal(0), memory - least) / step
            return PodSize(vcpus, least + steps.to_integral_value(ROUND_CEILING) * step)
    raise Unpriced(
        f"Fargate has no pod of {asked.vcpus:f} vCPUs and {memory:f} GB, its own {OVERHEAD_GIB} GB included: it would"
        " wait for ever"
    )


def _selectors(pricing: Pricing) -> Mapping[_Selector, Resource]:
    """Namespace and labels -> the first profile that asks for them."""
    found: dict[_Selector, Resource] = {}
    for profile in pricing.graph.of_type(*FARGATE_PROFILE):
        for selector in profile.all("selectors[*]"):
            if isinstance(selector, Mapping):
                labels = of(selector, "labels")
                wanted = tuple((key, str(value)) for key, value in labels.items())
                found.setdefault((str(selector.get("namespace")), wanted), profile)
    return found
