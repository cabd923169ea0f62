"""What the quotas allow at most fits the budget."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from deployment.tokens import RESOURCE_QUOTA
from policies.checks import look_inside
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.settings import PackConfig, PackSettings


def check(context: Context) -> Iterator[Problem]:
    """Pods that ask for all that the quotas allow, all month, cost no more than the budget."""
    limit = context.config.settings.monthly_limit_usd
    quotas = context.graph.of_type(RESOURCE_QUOTA)
    if limit is None or not quotas:
        return
    costs: dict[str, Decimal] = dict.fromkeys((quota.urn for quota in quotas), Decimal(0))
    for quota in quotas:
        look_inside(quota.get("spec.hard"))  # what can't be read there leaves this undecided
    for line in context.estimate.charges:
        if line.urn in costs:
            costs[line.urn] += line.worst_case_usd
    if (usd := sum(costs.values(), Decimal(0))) > limit:
        every = "this quota" if len(quotas) == 1 else "the quotas"
        yield Problem(
            f"pods that ask for all of {every} cost ${usd:.2f} a month, over the budget of ${limit:.2f}; lower"
            " spec.hard",
            "spec.hard",
            max(quotas, key=lambda quota: costs[quota.urn]),
        )


def _quota(cpu: str, namespace: str = "plant") -> dict[str, tuple[str, dict[str, object]]]:
    hard = {"requests.cpu": cpu, "requests.memory": "128Mi"}
    return {f"quota-{namespace}": (RESOURCE_QUOTA, {"metadata": {"namespace": namespace}, "spec": {"hard": hard}})}


RULE = Rule(
    id="kubernetes-quota-within-budget",
    title="What the quotas allow at most fits the budget",
    severity=Severity.HIGH,
    risk=Risk.CONFIGURED,
    why="A quota is the worst case by construction: no autoscaler, canary or update goes beyond it.",
    fix="Lower requests.cpu and requests.memory in spec.hard, or maxReplicas and the requests that need them.",
    source="https://docs.aws.amazon.com/cur/latest/userguide/example-split-cost-allocation-data.html",
    check_stack=check,
    passing=_quota("100m"),
    failing=_quota("4"),
    also_failing=[{**_quota("200m"), **_quota("200m", "other")}],
    example_config=PackConfig(PackSettings(monthly_limit_usd=Decimal(5))),
)
