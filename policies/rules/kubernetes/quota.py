"""Every namespace with workloads has a quota, and what fills in for containers that ask for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.kubernetes_api.quotas import DEMANDED, counted
from deployment.manifests import namespace
from deployment.pod_resources import range_defaults
from deployment.quantities import quantity
from deployment.tokens import (
    DEPLOYMENT,
    KUBERNETES_SERVICE,
    LIMIT_RANGE,
    PERSISTENT_VOLUME_CLAIM,
    RESOURCE_QUOTA,
    STATEFUL_SET,
)
from policies.checks import is_absent, mappings, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules.kubernetes._objects import in_namespace, working_namespaces

EVERY_POD: Final[tuple[list[str], ...]] = ([], ["NotBestEffort"])
"""Scopes of quotas that bound each pod which asks for something."""

BUYING: Final = ("services.loadbalancers", "services.nodeports", "persistentvolumeclaims")
"""What a namespace can buy or open beside its pods."""


def check_quota(context: Context) -> Iterator[Problem]:
    """A namespace with workloads says what they may ask for together, and that they buy nothing else."""
    for name, workloads in working_namespaces(context).items():
        quotas = [one for one in in_namespace(context, name, RESOURCE_QUOTA) if _counts_every_pod(one)]
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
            bounds = [amount for one in hard if (amount := quantity(one.get(key))) is not None]
            declared = _declared(context, name, key)
            if not any(key in one for one in hard):
                yield Problem(f"no quota of namespace {name} bounds {key}; set it to 0", "spec.hard", quotas[0])
            elif bounds and declared is not None and min(bounds) > declared:
                yield Problem(
                    f"the quota of namespace {name} allows {min(bounds):f} {key}, and the stack declares {declared};"
                    " allow no more",
                    "spec.hard",
                    quotas[0],
                )


def _counts_every_pod(quota: Resource) -> bool:
    """Whether a quota bounds all pods of its namespace that ask for something."""
    return strings(quota.get("spec.scopes")) in EVERY_POD and is_absent(quota.get("spec.scopeSelector"))


def _declared(context: Context, name: str, key: str) -> int | None:
    """Objects of the namespace that a key of a quota counts; None where pods bring some of their own."""
    if key == "persistentvolumeclaims":
        sets = in_namespace(context, name, STATEFUL_SET)
        brought = any(one.all("spec.volumeClaimTemplates[*]") for one in sets)
        return None if brought else len(in_namespace(context, name, PERSISTENT_VOLUME_CLAIM))
    kinds = ("LoadBalancer",) if key == "services.loadbalancers" else ("LoadBalancer", "NodePort")
    return sum(one.get("spec.type") in kinds for one in in_namespace(context, name, KUBERNETES_SERVICE))


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
        largest = [limit for found in in_namespace(context, name, LIMIT_RANGE) for limit in _most(found)]
        if not missing and ("requests", "memory") in demanded and "memory" not in largest:
            yield Problem(
                f"no LimitRange of namespace {name} has max.memory, so one container may take the whole quota; add it",
                "spec.hard",
                quota,
            )
        if missing and not _counts_empty_pods(quota):
            kind, unit = missing[0]
            field = "defaultRequest" if kind == "requests" else "default"
            yield Problem(
                f"no LimitRange of namespace {name} has {field}.{unit}, so a container that says nothing of"
                f" {kind}.{unit} is refused; add it",
                "spec.hard",
                quota,
            )


def _most(limits: Resource) -> Iterator[str]:
    """What the containers of a LimitRange may have no more than so much of."""
    for item in mappings(limits.get("spec.limits")):
        for most in mappings(item.get("max")) if item.get("type", "Container") == "Container" else ():
            yield from most


def _counts_empty_pods(quota: Resource) -> bool:
    """Whether a quota counts only pods that ask for nothing, which it can't refuse for that."""
    return "BestEffort" in strings(quota.get("spec.scopes"))


_HARD: Final = {"requests.cpu": "1", "requests.memory": "1Gi", **dict.fromkeys(BUYING, "0")}
_API: Final[tuple[str, dict[str, Any]]] = (DEPLOYMENT, {"metadata": {"namespace": "plant"}})
_QUOTA: Final[tuple[str, dict[str, Any]]] = (
    RESOURCE_QUOTA,
    {"metadata": {"namespace": "plant"}, "spec": {"hard": _HARD}},
)


def _bounding(**hard: str) -> tuple[str, dict[str, Any]]:
    return RESOURCE_QUOTA, {**_QUOTA[1], "spec": {"hard": {**_HARD, **hard}}}


def _scoped(**scope: Any) -> tuple[str, dict[str, Any]]:
    return RESOURCE_QUOTA, {**_QUOTA[1], "spec": {"hard": _HARD, **scope}}


_MOST: Final = {"max": {"memory": "1Gi"}}
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
            *(
                {"api": _API, "quota": (RESOURCE_QUOTA, {**_QUOTA[1], "spec": {"hard": hard}})}
                for hard in (
                    {key: value for key, value in _HARD.items() if key != "requests.cpu"},
                    {key: value for key, value in _HARD.items() if key != BUYING[0]},
                )
            ),
            *({"api": _API, "quota": _bounding(**{key: "2"})} for key in BUYING),
            {"api": _API, "quota": _scoped(scopes=["Terminating"])},
            {"api": _API, "quota": _scoped(scopeSelector={"matchExpressions": [{"scopeName": "PriorityClass"}]})},
        ],
        also_passing=[
            {
                "api": _API,
                "quota": (RESOURCE_QUOTA, {**_QUOTA[1], "spec": {"hard": _HARD, "scopes": ["NotBestEffort"]}}),
            },
            {
                "api": _API,
                "claim": (PERSISTENT_VOLUME_CLAIM, {"metadata": {"namespace": "plant"}}),
                "quota": _bounding(persistentvolumeclaims="1"),
            },
            {
                "set": (STATEFUL_SET, {"metadata": {"namespace": "plant"}, "spec": {"volumeClaimTemplates": [{}]}}),
                "quota": _bounding(persistentvolumeclaims="9"),
            },
            {
                "api": _API,
                "door": (KUBERNETES_SERVICE, {"metadata": {"namespace": "plant"}, "spec": {"type": "LoadBalancer"}}),
                "quota": _bounding(**{"services.loadbalancers": "1", "services.nodeports": "1"}),
            },
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
                    "spec": {
                        "limits": [
                            {"type": "Container", "defaultRequest": {"cpu": "25m", "memory": "64Mi"}, **_MOST},
                        ]
                    },
                },
            ),
        },
        also_passing=[
            _ranged(max=_BOTH),
            _ranged(min=_BOTH, **_MOST),
            _ranged(default=_BOTH, **_MOST),
            _only(pods="9"),
        ],
        failing={"quota": _QUOTA},
        also_failing=[
            _ranged(maxLimitRequestRatio={"cpu": "2"}),
            _ranged(defaultRequest={"cpu": "25m"}),
            _ranged(defaultRequest=_BOTH),
            _ranged(defaultRequest=_BOTH, max={"cpu": "1"}),
            {**_ranged(min=_BOTH), **_only(**{"limits.cpu": "9"})},
        ],
    ),
)
