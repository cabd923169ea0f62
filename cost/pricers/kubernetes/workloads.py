"""Kubernetes objects that run pods: their share of the nodes, and what their namespace's quota allows at most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cost.charges import NOTHING, ONE, ZERO, Amount, Charge, Driver, Unpriced
from cost.fargate_pods import profile_of, size_of, takes_all
from cost.nodes import CPU_WEIGHT, NodeShare, node_share, node_size
from cost.pod_volumes import volumes
from cost.pods import (
    AUTOSCALERS,
    KEDA_MAXIMUM,
    QUOTA,
    SCALED_OBJECT,
    Bound,
    PodSize,
    largest_size,
    pod_size,
    quota_of,
    replicas,
    surge_pods,
    target,
)
from cost.registry import Pricer
from cost.rollouts import hours_per_month, rollout_of
from cost.schedules import runs_per_month
from cost.scope import Pricing, Scope, UsageKey, told
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens
from deployment.graph import Resource
from deployment.kubernetes_api.objects import MACROS
from deployment.manifests import namespace, object_name
from deployment.pod_resources import template_path

NODE_GROUP: Final = tokens.NODE_GROUP[0]

PODS: Final = UsageKey("pods", Decimal(0), "pods at a time, instead of the least that the workload declares")
VCPUS_USED: Final = UsageKey("vcpus_used", Decimal(0), "vCPUs that one pod uses, where that is more than it asks for")
MEMORY_USED: Final = UsageKey(
    "memory_used_gib", Decimal(0), "GiB of memory that one pod uses, where that is more than it asks for"
)
POD_HOURS: Final = UsageKey("monthly_pod_hours", Decimal(0), "hours that the pods of a job run in a month, in all")

DEFAULT_GRACE_SECONDS: Final = 30
"""Time that a pod gets to end where it names none (Kubernetes reference, PodSpec, 2026-11)."""

METRICS_POLLS: Final = MONTH_HOURS * 3600 / 15
"""Polls a month of a scaler: the autoscaler asks every 15 seconds, whatever ``pollingInterval`` says (KEDA #2282)."""
CACHED_POLLS: Final = MONTH_HOURS * 3600 / 30
"""The same with ``useCachedMetrics``, at KEDA's default interval of 30 seconds."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a workload asks of the nodes."""

    vcpus: Amount
    memory_gib: Amount


def share_charges(node: NodeShare, demand: Demand, what: str, metering: Metering) -> Iterator[Charge]:
    """CPU, memory and idle share of pods on `node`."""

    def charge(item: str, amount: Amount, *, cpu: bool = False) -> Charge:
        fixed = amount.floor == amount.expected == amount.worst
        return Charge(
            f"{what}: {item} ({node.label})",
            node.vcpu if cpu else node.gib,
            amount,
            metering,
            assumed=node.assumed,
            driver=Driver.FIXED if fixed else Driver.FLEET,
        )

    yield charge("CPU", demand.vcpus, cpu=True)
    yield charge("memory", demand.memory_gib)
    if node.idle_ratio:
        idle = (demand.vcpus * CPU_WEIGHT + demand.memory_gib) * node.idle_ratio
        yield charge("share of the node's idle part", idle)


def long_running(scope: Scope) -> Iterator[Charge]:
    """A Deployment, StatefulSet, ReplicaSet, Rollout or Pod, all of the time; and its canary in rollouts."""
    demand = demand_of(scope)
    yield from _where_they_run(scope, demand, "Pods")
    yield from volumes(scope, _counted(scope))
    rollout = scope.pricing.once(rollout_of)
    if rollout is not None and scope.is_the(rollout.canary.urn):
        size = _size(scope)
        pods = replicas(Scope(scope.pricing, rollout.stable)).expected * hours_per_month(scope.pricing)
        hours = Demand(Amount(ZERO, pods * size.vcpus, ZERO), Amount(ZERO, pods * size.memory_gib, ZERO))
        if (profile := profile_of(scope.pricing, scope.resource)) is not None:
            yield from _on_fargate(Scope(scope.pricing, profile), hours, "Canary pods in rollouts", Metering.USE)
        else:
            yield from share_charges(node_share(scope), hours, "Canary pods in rollouts", Metering.USE)


def demand_of(scope: Scope) -> Demand:
    """What the pods of a long-running workload ask for. Raises Unpriced."""
    size, largest = _sizes(scope)
    return _demand(_counted(scope), size, largest)


def _counted(scope: Scope) -> Amount:
    """Pods of a long-running workload, by what is declared, given, and allowed."""
    count = _count(scope)
    given = scope.given(PODS)
    if given is not None:
        count = Amount.of(count.floor, given, count.worst)
    quota = quota_of(scope)
    if quota is not None and quota.pods is not None:
        count = Amount(*(min(each, quota.pods.amount) for each in (count.floor, count.expected, count.worst)))
    return count


def _demand(count: Amount, size: PodSize, largest: PodSize) -> Demand:
    """What `count` pods of `size` ask for, and in the worst case as many of the `largest`."""

    def asked(each: Decimal, most: Decimal) -> Amount:
        return Amount(count.floor * each, count.expected * each, count.worst * max(each, most))

    return Demand(asked(size.vcpus, largest.vcpus), asked(size.memory_gib, largest.memory_gib))


def _count(scope: Scope) -> Amount:
    kind = scope.resource.type.rpartition(":")[2]
    if kind == "Pod":
        return ONE
    if kind != "DaemonSet":
        return replicas(scope)
    nodes = scope.pricing.once(_nodes)
    given = scope.given(PODS)
    if nodes is None and given is None:
        raise Unpriced("it runs one pod a node, and the graph has no node group; give the usage key `pods`")
    count = Amount.fixed(given or ZERO) if nodes is None else nodes.count
    surge = surge_pods(scope.known("spec.updateStrategy.rollingUpdate.maxSurge", 0), count.worst)
    return Amount(count.floor, count.expected, count.worst + surge)


def _size(scope: Scope) -> PodSize:
    return _billed(scope, pod_size(scope, _template(scope)))


def _sizes(scope: Scope) -> tuple[PodSize, PodSize]:
    """What a pod is billed as, and as what at most."""
    template = _template(scope)
    size = pod_size(scope, template)
    return _billed(scope, size), _billed(scope, largest_size(scope, template, size))


def _billed(scope: Scope, asked: PodSize) -> PodSize:
    if profile_of(scope.pricing, scope.resource) is not None:
        return size_of(asked)  # what is asked for is billed, used or not
    return PodSize(
        max(asked.vcpus, scope.given(VCPUS_USED) or ZERO),
        max(asked.memory_gib, scope.given(MEMORY_USED) or ZERO),
    )


def _template(scope: Scope) -> str:
    place = template_path(scope.resource.type)
    if place == "spec.template" and scope.resource.get("spec.workloadRef") is not None:
        raise Unpriced("its pods are those of a workload that it refers to; declare the template here")
    return f"{place}.spec".lstrip(".")


def _where_they_run(scope: Scope, demand: Demand, what: str, metering: Metering = Metering.SECONDS) -> Iterator[Charge]:
    """Charges of `demand` on Fargate, where a profile of the graph takes the pods, or else on nodes."""
    profile = profile_of(scope.pricing, scope.resource)
    if profile is None:
        yield from _on_nodes(scope, demand, what, metering)
    else:
        yield from _on_fargate(Scope(scope.pricing, profile), demand, what, metering)


def _on_fargate(profile: Scope, demand: Demand, what: str, metering: Metering) -> Iterator[Charge]:
    for item, key, amount in (
        ("vCPU", "x86_vcpu_hour", demand.vcpus),
        ("memory", "x86_gb_hour", demand.memory_gib),
    ):
        yield profile.charge(f"{what} on Fargate: {item}", ("fargate", key), amount, metering, driver=Driver.FLEET)


def _on_nodes(scope: Scope, demand: Demand, what: str, metering: Metering) -> Iterator[Charge]:
    """Charges of `demand`: above what the graph's own node groups carry, and below what the quota allows."""
    nodes = scope.pricing.once(_nodes)
    if nodes is not None:
        demand = Demand(_times(demand.vcpus, nodes.uncarried_vcpus), _times(demand.memory_gib, nodes.uncarried_gib))
        what = f"{what} beyond the graph's node groups"
    elif (quota := quota_of(scope)) is not None:
        hours = MONTH_HOURS if metering is Metering.USE else ONE.worst
        vcpus, memory = _within(demand.vcpus, quota.vcpus, hours), _within(demand.memory_gib, quota.memory_gib, hours)
        demand = Demand(vcpus, memory)
    yield from share_charges(node_share(scope), demand, what, metering)


def _within(amount: Amount, bound: Bound | None, hours: Decimal) -> Amount:
    """What the quota lets be of `amount`; the worst case is charged at the quota itself."""
    if bound is None:
        return amount
    most = bound.amount * hours
    return Amount(min(amount.floor, most), min(amount.expected, most), ZERO)


def _times(amount: Amount, ratio: Amount) -> Amount:
    return Amount(amount.floor * ratio.floor, amount.expected * ratio.expected, amount.worst * ratio.worst)


def job(scope: Scope) -> Iterator[Charge]:
    """Pods of a Job, CronJob or ScaledJob, for the hours given, or else for as long as its deadline lets it run."""
    kind = scope.resource.type.rpartition(":")[2]
    inner = {"CronJob": "spec.jobTemplate.spec", "ScaledJob": "spec.jobTargetRef"}.get(kind, "spec")
    size, largest = _sizes(scope)
    parallel = scope.number(f"{inner}.parallelism", 1)
    if scope.known(f"{inner}.completions", None) is not None:
        parallel = min(parallel, scope.number(f"{inner}.completions"))  # no more run than are still to be done
    if kind == "ScaledJob":
        parallel *= scope.number("spec.maxReplicaCount", KEDA_MAXIMUM)
    runs = _cron_runs(scope.text("spec.schedule")) if kind == "CronJob" else Decimal(1)
    deadline = scope.number(f"{inner}.activeDeadlineSeconds", 0) if kind != "ScaledJob" else ZERO
    # A run that is late is told to end, and its pods have their time for it; so are those of one that is replaced.
    grace = scope.number(f"{inner}.template.spec.terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS)
    overlap = scope.text("spec.concurrencyPolicy", "Allow") if kind == "CronJob" else "Forbid"
    most = parallel * (runs * deadline / 3600 if deadline else MONTH_HOURS)
    late = parallel * runs * grace / 3600 if deadline or overlap == "Replace" else ZERO
    if overlap != "Allow":
        most = min(most, parallel * MONTH_HOURS)
    elif not deadline:
        most *= runs  # nothing ends a run, and nothing keeps the next one waiting
    rests = scope.known("spec.suspend" if kind == "CronJob" else f"{inner}.suspend", False) is True
    planned = Amount(ZERO, ZERO if rests else most, most)
    used = scope.usage(POD_HOURS, None if scope.its(scope.pricing.usage) else planned)
    hours = Amount(ZERO, used.amount.expected, max(most + late, used.amount.expected))
    yield from _where_they_run(scope, _demand(hours, size, largest), "Pods of runs", Metering.USE)
    yield from volumes(scope, hours * (1 / MONTH_HOURS), Metering.USE)


UNIT_SECONDS: Final = {"h": 3600, "m": 60, "s": 1}


def _cron_runs(schedule: str) -> Decimal:
    """Runs a month of a cron expression with five fields, Sunday being 0, or of a word for one."""
    if (every := re.fullmatch(r"@every ((?:[0-9]{1,6}[hms])+)", schedule)) is not None:
        parts = re.findall(r"([0-9]+)([hms])", every[1])
        return MONTH_HOURS * 3600 / max(1, sum(int(count) * UNIT_SECONDS[unit] for count, unit in parts))
    fields = ["*" if field == "?" else field for field in MACROS.get(schedule, schedule).split()]
    if len(fields) != 5:
        raise Unpriced(f"schedule {schedule!r} isn't a cron expression of five fields")
    minute, hour, day, month, weekday = fields
    if weekday == "*":
        return runs_per_month(f"cron({minute} {hour} {day} {month} * *)")
    runs = runs_per_month(f"cron({minute} {hour} * {month} {_weekdays(weekday)} *)")
    if day == "*":
        return runs
    return runs + runs_per_month(f"cron({minute} {hour} {day} {month} * *)")  # it runs on either, now and then on both


def _weekdays(field: str) -> str:
    """Days of the week of a cron `field`, where Sunday is 0, as AWS counts them, one by one. Raises Unpriced."""
    found: set[int] = set()
    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        first = 0 if low in ("*", "?") else _weekday(low, field)
        last = _weekday(high, field) if high else 6 if step or low in ("*", "?") else first
        found.update(range(first, last + 1, int(step) if step.isdecimal() and int(step) else 1))
    if not found:
        raise Unpriced(f"no day of the week is {field!r}, so its runs can't be counted")
    return ",".join(str(each + 1) for each in sorted(found))


def _weekday(text: str, field: str) -> int:
    names = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
    number = names.index(text) if text in names else int(text) if text.isdecimal() else 7
    if number > 6:
        raise Unpriced(f"{text!r} in {field!r} is no day of the week; they are 0 (Sunday) to 6")
    return number


def quota(scope: Scope) -> Iterator[Charge]:
    """The worst case of a namespace: pods that ask for all that its quotas allow, all of the time."""
    for key in scope.known("spec.hard", None) or ():
        told(scope.resource.get("spec.hard"), key)
    own = quota_of(scope)
    if own is None or scope.pricing.once(_nodes) is not None or takes_all(scope.pricing, namespace(scope.resource)):
        return
    hard = Demand(*(_bounded_by(scope.resource, bound) for bound in (own.vcpus, own.memory_gib)))
    if hard.vcpus.worst or hard.memory_gib.worst:
        yield from share_charges(node_share(scope), hard, "Worst case: the whole quota", Metering.SECONDS)


def _bounded_by(resource: Resource, bound: Bound | None) -> Amount:
    mine = bound is not None and bound.resource.urn == resource.urn
    return Amount(ZERO, ZERO, bound.amount) if bound is not None and mine else NOTHING


def autoscaler(scope: Scope) -> Iterator[Charge]:
    """An autoscaler costs what it starts, which is counted at its target; what a CloudWatch trigger asks, here."""
    kind, name = target(scope.resource)
    if (kind, namespace(scope.resource), name) not in scope.pricing.once(_workloads):
        raise Unpriced(f"the graph has no {kind} {name!r}, so what it scales has no price")
    if scope.resource.type == SCALED_OBJECT:
        for trigger in scope.items("spec.triggers"):
            if trigger.get("type") == "aws-cloudwatch":
                polls = Amount.fixed(CACHED_POLLS if trigger.get("useCachedMetrics") else METRICS_POLLS)
                yield scope.use(
                    "Metrics asked of CloudWatch", ("cloudwatch", "get_metric_data_1k"), polls, Driver.FIXED
                )


def _workloads(pricing: Pricing) -> Set[tuple[str, str, str]]:
    """Kind, namespace and name of everything that may be scaled."""
    tokens_of = [token for token, priced in PRICERS.items() if priced.charges in (long_running, job)]
    return {
        (one.type.rpartition(":")[2], namespace(one), object_name(one)) for one in pricing.graph.of_type(*tokens_of)
    }


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Node groups of the graph, which are billed themselves, and what their pods ask for beyond them."""

    count: Amount
    uncarried_vcpus: Amount
    """Part of all pods' CPU that the groups of each figure have no room for."""
    uncarried_gib: Amount


def _nodes(pricing: Pricing) -> _Nodes | None:
    """The graph's node groups; None without one.

    What doesn't fit the nodes of a figure makes the groups grow, at most to their maximum: pods that don't fit then
    are never started, so the groups' own worst case is the pods', too.
    """
    count, vcpus, memory = NOTHING, NOTHING, NOTHING
    for group in pricing.graph.of_type(NODE_GROUP):
        scope = Scope(pricing, group)
        try:
            low = scope.number("scalingConfig.minSize")
            nodes = Amount.of(
                low, scope.number("scalingConfig.desiredSize", low), scope.number("scalingConfig.maxSize")
            )
            size = node_size(str((scope.items("instanceTypes") or ["t3.medium"])[0]))
        except Unpriced:
            continue  # the group itself says so
        count, vcpus, memory = count + nodes, vcpus + nodes * size.vcpus, memory + nodes * size.memory_gib
    if not count.worst:
        return None
    asked_vcpus, asked_memory = NOTHING, NOTHING
    for token, priced in PRICERS.items():
        for resource in pricing.graph.of_type(token) if priced.charges is long_running else ():
            if resource.type.endswith(":DaemonSet") or profile_of(pricing, resource) is not None:
                continue
            try:
                demand = demand_of(Scope(pricing, resource))
            except Unpriced:
                continue
            asked_vcpus, asked_memory = asked_vcpus + demand.vcpus, asked_memory + demand.memory_gib
    return _Nodes(count, _uncarried(asked_vcpus, vcpus), _uncarried(asked_memory, memory))


def _uncarried(asked: Amount, room: Amount) -> Amount:
    def ratio(wanted: Decimal, there: Decimal) -> Decimal:
        return max(ZERO, min(wanted, room.worst) - there) / wanted if wanted else ZERO

    return Amount(ratio(asked.floor, room.floor), ratio(asked.expected, room.expected), ZERO)


def refuse(reason: str) -> Callable[[Scope], Iterator[Charge]]:
    """A pricer of what can't be priced from the graph, with the reason."""

    def charges(scope: Scope) -> Iterator[Charge]:
        yield from ()  # asked for its charges, it says why there are none
        raise Unpriced(reason)

    return charges


_POD_KEYS: Final = (PODS, VCPUS_USED, MEMORY_USED)
_JOB_KEYS: Final = (POD_HOURS, VCPUS_USED, MEMORY_USED)

PRICERS: Final = {
    tokens.DEPLOYMENT: Pricer(
        long_running, twins=("kubernetes_deployment_v1", "kubernetes_deployment"), usage=_POD_KEYS
    ),
    tokens.STATEFUL_SET: Pricer(
        long_running, twins=("kubernetes_stateful_set_v1", "kubernetes_stateful_set"), usage=_POD_KEYS
    ),
    tokens.DAEMON_SET: Pricer(
        long_running, twins=("kubernetes_daemon_set_v1", "kubernetes_daemonset"), usage=_POD_KEYS
    ),
    tokens.REPLICA_SET: Pricer(long_running, usage=_POD_KEYS),
    tokens.REPLICATION_CONTROLLER: Pricer(
        long_running, twins=("kubernetes_replication_controller_v1",), usage=_POD_KEYS
    ),
    tokens.POD: Pricer(long_running, twins=("kubernetes_pod_v1", "kubernetes_pod"), usage=_POD_KEYS),
    tokens.ARGO_ROLLOUT: Pricer(long_running, usage=_POD_KEYS),
    tokens.JOB: Pricer(job, twins=("kubernetes_job_v1", "kubernetes_job"), usage=_JOB_KEYS),
    tokens.CRON_JOB: Pricer(job, twins=("kubernetes_cron_job_v1",), usage=_JOB_KEYS),
    QUOTA: Pricer(quota, twins=("kubernetes_resource_quota_v1",)),
    **{token: Pricer(autoscaler) for token in AUTOSCALERS},
    SCALED_OBJECT: Pricer(autoscaler),
    tokens.SCALED_JOB: Pricer(job, usage=_JOB_KEYS),
    tokens.VERTICAL_AUTOSCALER: Pricer(autoscaler),
    tokens.HELM_RELEASE: Pricer(
        refuse("what a Helm release installs is in no graph; use helm.v4.Chart, whose objects are")
    ),
    tokens.NODE_POOL: Pricer(
        refuse("Karpenter buys the nodes that pods ask for, so its price is in no graph; declare node groups")
    ),
    tokens.NODE_CLASS: Pricer(
        refuse("it describes nodes that Karpenter buys, so its price is in no graph; declare node groups")
    ),
}
