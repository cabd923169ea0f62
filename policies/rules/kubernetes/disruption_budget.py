"""One disruption budget selects the pods of each Deployment, and lets a node be drained."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from cost.pods import autoscaler_of
from deployment.decimals import number
from deployment.graph import Resource
from deployment.manifests import namespace
from deployment.tokens import DEPLOYMENT, DISRUPTION_BUDGET, POD_AUTOSCALER
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import pod_labels
from policies.rules.kubernetes._objects import in_namespace, pricing_of, selects


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A drain takes one pod at a time, and never waits for ever."""
    budgets = [
        one
        for one in in_namespace(context, namespace(resource), DISRUPTION_BUDGET)
        if selects(one.get("spec.selector"), pod_labels(resource))
    ]
    if not budgets:
        yield Problem("no PodDisruptionBudget selects these pods, so a drain may take all at once; add one", "metadata")
    if len(budgets) > 1:
        yield Problem(
            "two disruption budgets select these pods, and evictions then fail; drop one", "metadata", budgets[1]
        )
    for budget in budgets:
        most, least = budget.get("spec.maxUnavailable"), budget.get("spec.minAvailable")
        fewest = _fewest(resource, context)
        stuck = fewest is not None and (number(least) or 0) >= fewest > 0
        if most in ("0%", "0") or number(most) == 0 or least == "100%" or stuck:
            yield Problem(
                f"maxUnavailable {shown(most)}, minAvailable {shown(least)} let no pod go, so no node is ever"
                " drained; set"
                " maxUnavailable to 1",
                "spec",
                budget,
            )
        if budget.get("spec.unhealthyPodEvictionPolicy") != "AlwaysAllow":
            yield Problem(
                "spec.unhealthyPodEvictionPolicy is not AlwaysAllow, so pods that serve nobody hold a drain up; set it",
                "spec.unhealthyPodEvictionPolicy",
                budget,
            )


def _fewest(resource: Resource, context: Context) -> Decimal | None:
    """Pods of a Deployment at its quietest; None where nothing tells."""
    scaler = autoscaler_of(context.once(pricing_of), resource)
    if scaler is None:
        return number(resource.get("spec.replicas"))
    return number(scaler.get("spec.minReplicaCount", scaler.get("spec.minReplicas")))


_LABELS: Final = {"app": "api"}
_API: Final[tuple[str, dict[str, Any]]] = (DEPLOYMENT, {"spec": {"template": {"metadata": {"labels": _LABELS}}}})


def _budget(**spec: Any) -> tuple[str, dict[str, Any]]:
    whole = {"selector": {"matchLabels": _LABELS}, "maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"}
    return (DISRUPTION_BUDGET, {"spec": {**whole, **spec}})


def _replicated(count: int) -> tuple[str, dict[str, Any]]:
    return (DEPLOYMENT, {"spec": {**_API[1]["spec"], "replicas": count}})


_SCALER: Final = (POD_AUTOSCALER[0], {"spec": {"scaleTargetRef": {"name": "api"}, "minReplicas": 3, "maxReplicas": 6}})

RULE = Rule(
    id="kubernetes-disruption-budget",
    title="One disruption budget selects the pods of each Deployment",
    severity=Severity.MEDIUM,
    why="A node is drained for every update of the cluster; without a budget all pods of a service may go at once.",
    fix="Add a PodDisruptionBudget with maxUnavailable 1 and unhealthyPodEvictionPolicy AlwaysAllow.",
    source="https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    frameworks=("polaris:missingPodDisruptionBudget",),
    types=(DEPLOYMENT,),
    reads_graph=True,
    check=check,
    passing={"api": _API, "budget": _budget()},
    failing={"api": _API},
    also_passing=[
        {"api": _replicated(2), "budget": _budget(maxUnavailable=None, minAvailable=1)},
        {"api": _API, "scaler": _SCALER, "budget": _budget(maxUnavailable=None, minAvailable=2)},
        {"api": _replicated(0), "budget": _budget(maxUnavailable=None, minAvailable=1)},
    ],
    also_failing=[
        {"api": _API, "budget": _budget(selector={"matchLabels": {"app": "other"}})},
        {"api": _API, "budget": _budget(), "second": _budget()},
        {"api": _API, "budget": _budget(maxUnavailable=0)},
        {"api": _API, "budget": _budget(maxUnavailable=None, minAvailable="100%")},
        {"api": _replicated(2), "budget": _budget(maxUnavailable=None, minAvailable=2)},
        {"api": _API, "scaler": _SCALER, "budget": _budget(maxUnavailable=None, minAvailable=3)},
        {"api": _API, "budget": _budget(unhealthyPodEvictionPolicy="IfHealthyBudget")},
    ],
)
