"""Every namespace with workloads has a quota, and what fills in for containers that ask for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.kubernetes_api.quotas import DEMANDED, counted
from deployment.manifests import namespace
from deployment.pod_resources import range_defaults
from deployment.tokens import DEPLOYMENT, LIMIT_RANGE, RESOURCE_QUOTA
from policies.checks import mappings, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules.kubernetes._objects import in_namespace, working_namespaces

BUYING: Final = ("services.loadbalancers", "services.nodeports", "persistentvolumeclaims")
"""What a namespace can buy or open beside its pods."""


def check_quota(context: Context) -> Iterator[Problem]:
    """A namespace with workloads says what they may ask for together, and that they buy nothing else."""
    for name, workloads in working_namespaces(context).items():
        quotas = in_namespace(context, name, RESOURCE_QUOTA)
        hard = [one for quota in quotas for one in mappings(quota.get("spec.hard"))]
        bounded = {key.removeprefix("requests.") for one in hard for key in one}
        missing = [unit for unit in ("cpu", "memory") if unit not in bounded]
        if not quotas:
            yield Problem(
                f"namespace {name} has no ResourceQuota, so nothing bounds its pods; add one", None, workloads[0]
            )
        elif missing:
            yield Problem(f"no quota of namespace {name} bounds requests.{missing[0]}; add it", "spec.hard", quotas[0])
        for key in BUYING if quotas else ():
            if not any(key in one for one in hard):
                yield Problem(f"no quota of namespace {name} bounds {key}; set it to 0", "spec.hard", quotas[0])


def check_limits(context: Context) -> Iterator[Problem]:
    """Beside a quota stands a LimitRange that says of each container what the quota counts."""
    for quota in context.graph.of_type(RESOURCE_QUOTA):
        name = namespace(quota)
        given: dict[str, set[str]] = {"requests": set(), "limits": set()}
        for found in in_namespace(context, name, LIMIT_RANGE):
            asked, most = range_defaults(mappings(found.get("spec.limits")))
            given["requests"].update(asked)
            given["limits"].update(most)
        demanded = [counted(key) for hard in mappings(quota.get("spec.hard")) for key in hard]
        missing = [(kind, unit) for kind, unit in demanded if unit in DEMANDED and unit not in given[kind]]
        if missing and not _counts_empty_pods(quota):
            kind, unit = missing[0]
            field = "defaultRequest" if kind == "requests" else "default"
            yield Problem(
                f"no LimitRange of namespace {name} has {field}.{unit}, so a container that says nothing of"
                f" {kind}.{unit} is refused; add it",
                "spec.hard",
                quota,
            )


def _counts_empty_pods(quota: Resource) -> bool:
    """Whether a quota counts only pods that ask for nothing, which it can't refuse for that."""
    return "BestEffort" in strings(quota.get("spec.scopes"))


_HARD: Final = {"requests.cpu": "1", "requests.memory": "1Gi", **dict.fromkeys(BUYING, "0")}
_API: Final = (DEPLOYMENT, {"metadata": {"namespace": "plant"}})
_QUOTA: Final = (RESOURCE_QUOTA, {"metadata": {"namespace": "plant"}, "spec": {"hard": _HARD}})

_BOTH: Final = {"cpu": "1", "memory": "1Gi"}


def _only(**hard: str) -> dict[str, tuple[str, dict[str, Any]]]:
    return {"quota": (RESOURCE_QUOTA, {"metadata": {"namespace": "plant"}, "spec": {"hard": hard}})}


def _ranged(**item: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    limits = [{"type": "Container", **item}]
    return {"limits": (LIMIT_RANGE, {"metadata": {"namespace": "plant"}, "spec": {"limits": limits}}), "quota": _QUOTA}


RULES = (
    Rule(
        id="kubernetes-quota",
        title="Every namespace with workloads has a quota",
        severity=Severity.HIGH,
        why="A loop in an autoscaler, or anybody who may create pods, buys as many nodes as the cluster can get.",
        fix="Add a ResourceQuota with requests.cpu, requests.memory, and 0 for load balancers, node ports and claims.",
        source="https://kubernetes.io/docs/concepts/policy/resource-quotas/",
        frameworks=("nsa-cisa:resource-policies",),
        check_stack=check_quota,
        passing={"api": _API, "quota": _QUOTA},
        failing={"api": _API},
        also_failing=[
            {"api": _API, "quota": (RESOURCE_QUOTA, {"metadata": {"namespace": "plant"}, "spec": {"hard": hard}})}
            for hard in (
                {key: value for key, value in _HARD.items() if key != "requests.cpu"},
                {key: value for key, value in _HARD.items() if key != BUYING[0]},
            )
        ],
    ),
    Rule(
        id="kubernetes-limit-range",
        title="Each namespace with a ResourceQuota has a LimitRange",
        severity=Severity.MEDIUM,
        why=(
            "In a namespace with a quota a pod that asks for nothing is refused, which shows as an event and"
            " nothing else."
        ),
        fix="Add a LimitRange of type Container with defaultRequest and default.",
        source="https://kubernetes.io/docs/concepts/policy/limit-range/",
        frameworks=("nsa-cisa:resource-policies",),
        check_stack=check_limits,
        passing={
            "quota": _QUOTA,
            "limits": (
                LIMIT_RANGE,
                {
                    "metadata": {"namespace": "plant"},
                    "spec": {"limits": [{"type": "Container", "defaultRequest": {"cpu": "25m", "memory": "64Mi"}}]},
                },
            ),
        },
        also_passing=[_ranged(max=_BOTH), _ranged(min=_BOTH), _ranged(default=_BOTH), _only(pods="9")],
        failing={"quota": _QUOTA},
        also_failing=[
            _ranged(maxLimitRequestRatio={"cpu": "2"}),
            _ranged(defaultRequest={"cpu": "25m"}),
            {**_ranged(min=_BOTH), **_only(**{"limits.cpu": "9"})},
        ],
    ),
)
