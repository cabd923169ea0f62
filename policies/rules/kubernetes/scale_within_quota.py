"""Autoscalers at their maximum, and one update each, fit the quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from cost.charges import Unpriced
from cost.pods import limit_ranges, replicas
from cost.scope import Pricing, Scope
from deployment.graph import Resource
from deployment.kubernetes_api.quotas import DEMANDED, PODS, counted, counts_objects, is_meant
from deployment.manifests import identity, namespace
from deployment.pod_resources import filled_in, lacking, limited, requested
from deployment.quantities import GIB, quantity
from deployment.tokens import ARGO_ROLLOUT, DEPLOYMENT, POD_AUTOSCALER, RESOURCE_QUOTA, STATEFUL_SET
from policies.checks import look_inside, mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules.kubernetes._objects import objects_of, pricing_of, working_namespaces

SCALING: Final = (DEPLOYMENT, STATEFUL_SET, ARGO_ROLLOUT)
UNITS: Final = {"cpu": ("CPU", Decimal(1)), "memory": ("GiB of memory", GIB)}
"""Unit of a quota -> what it is called, and of what size one is."""


@dataclass(frozen=True, slots=True)
class _Pods:
    """As many pods of one workload as there may be."""

    workload: Resource
    spec: Mapping[str, Any]
    count: Decimal


def check(context: Context) -> Iterator[Problem]:
    """All that the workloads of a namespace may ask for at once fits each of its quotas, and says what they count."""
    quotas = context.graph.of_type(RESOURCE_QUOTA)
    if not quotas:
        return
    pricing = context.once(pricing_of)
    working = working_namespaces(context)
    every = {name: [pods for one in found if (pods := _most(pricing, one))] for name, found in working.items()}
    for quota in quotas:
        name = namespace(quota)
        if every.get(name):
            look_inside(quota.get("spec"))  # what can't be read there leaves this undecided
        hard = next(iter(mappings(quota.get("spec.hard"))), {})
        spec = next(iter(mappings(quota.get("spec"))), {})
        meant = [pods for pods in every.get(name, ()) if is_meant(pods.spec, spec)]
        for key in hard:
            bound = quantity(hard[key])
            if bound is None:
                continue
            yield from _beyond(quota, name, meant, key, bound)
            kinds = objects_of(context, name).items()
            objects = sum(len(found) for token, found in kinds if counts_objects(key, *identity(token)))
            if objects > bound:
                yield Problem(
                    f"namespace {name} is to have {objects} objects that the quota counts as {key}, and it allows"
                    f" {bound:f}; raise spec.hard",
                    "spec.hard",
                    quota,
                )


def _beyond(quota: Resource, name: str, meant: Sequence[_Pods], key: str, bound: Decimal) -> Iterator[Problem]:
    """What pods ask for beyond one key of a quota, and what they leave out of what it counts."""
    kind, unit = counted(key)
    if not unit and key not in PODS:
        return
    what, one = UNITS.get(unit, (unit or "pods", Decimal(1)))
    silent = [(pods, names) for pods in meant if unit in DEMANDED and (names := lacking(pods.spec, kind, unit))]
    for pods, names in silent:
        yield Problem(
            f"container {names[0]} says nothing of {kind}.{unit}, which a quota of namespace {name} counts: its pods"
            " are refused; set it, or a LimitRange that does",
            "spec.hard",
            pods.workload,
        )
    count = limited if kind == "limits" else requested
    asked = sum((pods.count * (count(pods.spec, unit) if unit else 1) for pods in meant), Decimal(0))
    if asked > bound and not silent:
        ask = "limit themselves to" if kind == "limits" else "ask for"
        yield Problem(
            f"workloads of namespace {name} {ask} up to {asked / one:f} {what}, updates included, and the quota allows"
            f" {bound / one:f}; raise spec.hard or lower maxReplicas",
            "spec.hard",
            quota,
        )


def _most(pricing: Pricing, workload: Resource) -> _Pods | None:
    """A workload at its largest, as the API server fills its pods in; None where that can't be told."""
    if workload.type not in SCALING:
        return None
    scope = Scope(pricing, workload)
    for pod in mappings(workload.get("spec.template.spec")):
        for one in (pod, *mappings(pod.get("initContainers")), *mappings(pod.get("containers"))):
            look_inside(one.get("resources"))  # what can't be read there leaves this undecided
        try:
            return _Pods(workload, filled_in(pod, limit_ranges(scope)), replicas(scope).worst)
        except (Unpriced, ValueError):  # the estimate says so
            return None
    return None


def _quota(hard: dict[str, str], **spec: Any) -> tuple[str, dict[str, Any]]:
    return RESOURCE_QUOTA, {"metadata": {"name": "second", "namespace": "plant"}, "spec": {"hard": hard, **spec}}


def _example(cpu: str, **hard: str) -> dict[str, tuple[str, dict[str, Any]]]:
    metadata = {"name": "api", "namespace": "plant"}
    requests = {"cpu": "100m", "memory": "64Mi"}
    pod = {"containers": [{"name": "api", "resources": {"requests": requests}}]}
    return {
        "api": (DEPLOYMENT, {"metadata": metadata, "spec": {"template": {"spec": pod}}}),
        "scaler": (
            POD_AUTOSCALER[0],
            {
                "metadata": metadata,
                "spec": {"minReplicas": 2, "maxReplicas": 4, "scaleTargetRef": {"kind": "Deployment", "name": "api"}},
            },
        ),
        "quota": (
            RESOURCE_QUOTA,
            {"metadata": metadata, "spec": {"hard": {"requests.cpu": cpu, "requests.memory": "1Gi", **hard}}},
        ),
    }


RULE = Rule(
    id="kubernetes-scale-within-quota",
    title="Autoscalers at their maximum, and one update each, fit the quotas",
    severity=Severity.HIGH,
    why="Without room for the extra pod of an update the update waits for ever, and says so in an event only.",
    fix="Raise spec.hard of the ResourceQuota, or lower maxReplicas, maxSurge or the requests.",
    source="https://kubernetes.io/docs/concepts/policy/resource-quotas/",
    refused_by="the admission of ResourceQuota: 403 Forbidden, exceeded quota",
    check_stack=check,
    passing=_example("500m"),
    also_passing=[
        _example("500m", pods="5"),
        _example("500m", **{"count/deployments.apps": "1"}),
        {"second": _quota({"pods": "1"}, scopes=["Terminating"]), **_example("500m")},
    ],
    failing=_example("499m"),
    also_failing=[
        {"second": _example("499m")["quota"], **_example("500m")},
        _example("500m", pods="4"),
        _example("500m", **{"count/pods": "4"}),
        _example("500m", **{"count/deployments.apps": "0"}),
        _example("500m", **{"limits.memory": "10Gi"}),
        _example("500m", **{"requests.memory": "319Mi"}),
        {"second": _quota({"pods": "4"}, scopes=["NotTerminating"]), **_example("500m")},
    ],
)
