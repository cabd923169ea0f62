"""One disruption budget selects the pods of each Deployment, and lets a node be drained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.decimals import number
from deployment.graph import Resource
from deployment.manifests import namespace
from deployment.tokens import DEPLOYMENT, DISRUPTION_BUDGET
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import pod_labels
from policies.rules.kubernetes._objects import in_namespace, selects


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
        if most in ("0%", "0") or number(most) == 0 or least == "100%":
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


_LABELS: Final = {"app": "api"}
_API: Final = (DEPLOYMENT, {"spec": {"template": {"metadata": {"labels": _LABELS}}}})


def _budget(**spec: Any) -> tuple[str, dict[str, Any]]:
    whole = {"selector": {"matchLabels": _LABELS}, "maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"}
    return (DISRUPTION_BUDGET, {"spec": {**whole, **spec}})


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
    also_failing=[
        {"api": _API, "budget": _budget(selector={"matchLabels": {"app": "other"}})},
        {"api": _API, "budget": _budget(), "second": _budget()},
        {"api": _API, "budget": _budget(maxUnavailable=0)},
        {"api": _API, "budget": _budget(unhealthyPodEvictionPolicy="IfHealthyBudget")},
    ],
)
