"""Changes that would lower the bill, each with the saving that pricing the changed graph gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from itertools import combinations
from typing import Any, Final

from policies.cost.basis import Basis
from policies.cost.catalogue import Catalogue, MissingPrice
from policies.cost.estimate import Estimate
from policies.cost.estimator import estimate
from policies.cost.uptime import Uptime
from policies.model import Resource, ResourceGraph

LARGEST_SET: Final = 3
"""Changes that are tried together. More at once is a redesign, not a lever."""

Usage = Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Stack:
    """A graph with its basis: what a lever changes."""

    graph: ResourceGraph
    basis: Basis


@dataclass(frozen=True, slots=True)
class Lever:
    """One change that an engineer could make."""

    id: str
    title: str
    """What to do, for people."""
    apply: Callable[[Stack, Estimate], Stack | None]
    """The changed stack, or None where there is nothing to change."""


@dataclass(frozen=True, slots=True)
class Saving:
    """What one lever, or several together, would save a month."""

    levers: tuple[Lever, ...]
    expected_usd: Decimal
    """Expected cost after the change."""
    worst_case_usd: Decimal
    saving_usd: Decimal
    """Expected dollars saved; 0 or more."""
    worst_case_saving_usd: Decimal
    meets_budget: bool
    """True when expected and worst case are within the budget afterwards."""


def savings(graph: ResourceGraph, current: Estimate, usage: Usage | None = None) -> list[Saving]:
    """Every single lever that saves anything, the largest saving first."""
    found = (_saving((lever,), graph, current, usage) for lever in LEVERS)
    useful = [each for each in found if each is not None and (each.saving_usd > 0 or each.worst_case_saving_usd > 0)]
    return sorted(useful, key=lambda each: (-each.saving_usd, -each.worst_case_saving_usd, each.levers[0].id))


def cheapest_set(graph: ResourceGraph, current: Estimate, usage: Usage | None = None) -> Saving | None:
    """The fewest changes that bring expected and worst case within the budget; of these the cheapest result.

    None when the stack is within its budget already, or no set of up to `LARGEST_SET` levers is enough.
    """
    if current.expected_usd <= current.budget_usd and current.worst_case_usd <= current.budget_usd:
        return None
    single = [saving.levers[0] for saving in savings(graph, current, usage)]
    for size in range(1, LARGEST_SET + 1):
        fitting = [
            saving
            for chosen in combinations(single, size)
            if (saving := _saving(chosen, graph, current, usage)) is not None and saving.meets_budget
        ]
        if fitting:
            return min(fitting, key=lambda each: (each.worst_case_usd, [lever.id for lever in each.levers]))
    return None


def _saving(levers: Sequence[Lever], graph: ResourceGraph, current: Estimate, usage: Usage | None) -> Saving | None:
    stack = Stack(graph, current.basis)
    for lever in levers:
        changed = lever.apply(stack, current)
        if changed is None:
            return None
        stack = changed
    after = estimate(stack.graph, limit_usd=current.budget_usd, usage=usage, basis=stack.basis)
    if len(after.unpriced) > len(current.unpriced):
        return None
    return Saving(
        levers=tuple(levers),
        expected_usd=after.expected_usd,
        worst_case_usd=after.worst_case_usd,
        saving_usd=current.expected_usd - after.expected_usd,
        worst_case_saving_usd=current.worst_case_usd - after.worst_case_usd,
        meets_budget=max(after.expected_usd, after.worst_case_usd) <= current.budget_usd,
    )


def _changed(stack: Stack, types: Sequence[str], change: Callable[[Resource], dict[str, Any] | None]) -> Stack | None:
    """`stack` with other inputs for the resources of `types`; `change` gives the new properties, or None."""
    touched = False
    resources: list[Resource] = []
    for resource in stack.graph:
        properties = change(resource) if resource.type in types else None
        if properties is None:
            resources.append(resource)
        else:
            touched = True
            resources.append(replace(resource, inputs={**resource.inputs, **properties}))
    return Stack(ResourceGraph(resources), stack.basis) if touched else None


def _without(stack: Stack, types: Sequence[str]) -> Stack | None:
    kept = [resource for resource in stack.graph if resource.type not in types]
    return Stack(ResourceGraph(kept), stack.basis) if len(kept) < len(stack.graph) else None


ALB: Final = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
GROUP: Final = ("aws:autoscaling/group:Group",)
TEMPLATE: Final = ("aws:ec2/launchTemplate:LaunchTemplate",)
REPLICATION: Final = ("aws:elasticache/replicationGroup:ReplicationGroup",)
SERVERLESS: Final = ("aws:elasticache/serverlessCache:ServerlessCache",)
CACHES: Final = (*REPLICATION, *SERVERLESS)
WEB_ACL: Final = ("aws:wafv2/webAcl:WebAcl",)
NAT: Final = ("aws:ec2/natGateway:NatGateway",)


def _no_public_ipv4(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        if resource.get("internal") is True or resource.get("loadBalancerType", "application") != "application":
            return None
        if resource.get("ipAddressType", "ipv4") == "dualstack-without-public-ipv4":
            return None
        return {"ipAddressType": "dualstack-without-public-ipv4"}

    return _changed(stack, ALB, change)


def _spot(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        mixed = resource.get("mixedInstancesPolicy")
        if mixed is not None and not isinstance(mixed, Mapping):
            return None
        if mixed is None:
            template = resource.get("launchTemplate")
            if not isinstance(template, Mapping):
                return None
            mixed = {"launchTemplate": {"launchTemplateSpecification": template}}
        distribution = dict(mixed.get("instancesDistribution") or {})
        wanted = {"onDemandBaseCapacity": 0, "onDemandPercentageAboveBaseCapacity": 0}
        if all(distribution.get(key) == value for key, value in wanted.items()):
            return None
        strategy = distribution.get("spotAllocationStrategy", "price-capacity-optimized")
        distribution.update(wanted, spotAllocationStrategy=strategy)
        return {"mixedInstancesPolicy": {**mixed, "instancesDistribution": distribution}}

    return _changed(stack, GROUP, change)


def _cheapest_type_only(stack: Stack, current: Estimate) -> Stack | None:
    region = current.basis.region

    def change(resource: Resource) -> dict[str, Any] | None:
        overrides = resource.all("mixedInstancesPolicy.launchTemplate.overrides[*]")
        types = [each.get("instanceType") for each in overrides if isinstance(each, Mapping)]
        if len(set(types)) < 2 or region is None:
            return None
        try:
            cheapest = min(types, key=lambda each: _on_demand_usd(region, str(each)))
        except MissingPrice:
            return None
        policy = dict(resource.inputs["mixedInstancesPolicy"])
        kept = [each for each in overrides if each.get("instanceType") == cheapest]
        policy["launchTemplate"] = {**policy["launchTemplate"], "overrides": kept}
        return {"mixedInstancesPolicy": policy}

    return _changed(stack, GROUP, change)


def _on_demand_usd(region: str, instance_type: str) -> Decimal:
    from policies.cost.compute import price_file

    return Catalogue(region).price(price_file(instance_type), f"linux.{instance_type}").usd


def _smaller_maximum(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        high, desired = resource.get("maxSize"), resource.get("desiredCapacity", resource.get("minSize", 0))
        if not isinstance(high, (int, float)) or not isinstance(desired, (int, float)):
            return None
        least = max(1, int(desired))
        return {"maxSize": least} if high > least else None

    return _changed(stack, GROUP, change)


def _valkey(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        return {"engine": "valkey"} if str(resource.get("engine", "redis")).lower() == "redis" else None

    return _changed(stack, CACHES, change)


def _serverless_cache(stack: Stack, _: Estimate) -> Stack | None:
    resources = [
        replace(resource, type=SERVERLESS[0], inputs={"engine": "valkey"}, outputs={})
        if resource.type in REPLICATION
        else resource
        for resource in stack.graph
    ]
    changed = any(new is not old for new, old in zip(resources, stack.graph, strict=True))
    return Stack(ResourceGraph(resources), stack.basis) if changed else None


def _share_platform(stack: Stack, _: Estimate) -> Stack | None:
    if stack.basis.tenancy == "shared" or stack.basis.root is None:
        return None
    changed = _without(stack, (*ALB, *WEB_ACL, *CACHES))
    if changed is None:
        return None
    return Stack(changed.graph, replace(stack.basis, tenancy="shared"))


def _fewer_hours(stack: Stack, current: Estimate) -> Stack | None:
    uptime = stack.basis.uptime
    if current.hours_bought <= 0 or current.hours_bought >= uptime.hours or stack.basis.parked:
        return None
    if uptime.sessions == 1:
        fewer = Uptime(Decimal(1), current.hours_bought.to_integral_value(ROUND_FLOOR))
    else:
        sessions = (current.hours_bought / uptime.hours_per_session).to_integral_value(ROUND_FLOOR)
        fewer = Uptime(sessions, uptime.hours_per_session)
    return Stack(stack.graph, replace(stack.basis, uptime=fewer)) if fewer.hours else None


def _shorter_sessions(stack: Stack, _: Estimate) -> Stack | None:
    uptime = stack.basis.uptime
    if uptime.sessions <= 1 or uptime.hours_per_session <= 1:
        return None
    shorter = Uptime(uptime.sessions, uptime.hours_per_session - 1)
    return Stack(stack.graph, replace(stack.basis, uptime=shorter))


def _owned_keys(stack: Stack, _: Estimate) -> Stack | None:
    return _without(stack, ("aws:kms/key:Key",))


def _no_rotation(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        return {"enableKeyRotation": False} if resource.get("enableKeyRotation") else None

    return _changed(stack, ("aws:kms/key:Key",), change)


def _standard_credits(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        if resource.get("creditSpecification.cpuCredits") == "standard":
            return None
        return {"creditSpecification": {"cpuCredits": "standard"}}

    return _changed(stack, (*TEMPLATE, "aws:ec2/instance:Instance"), change)


def _basic_monitoring(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        return {"monitoring": {"enabled": False}} if resource.get("monitoring.enabled") else None

    return _changed(stack, TEMPLATE, change)


def _gp3(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        return {"type": "gp3"} if resource.get("type", "gp2") == "gp2" else None

    return _changed(stack, ("aws:ebs/volume:Volume",), change)


def _no_nat(stack: Stack, _: Estimate) -> Stack | None:
    return _without(stack, (*NAT, "aws:ec2/eip:Eip")) if stack.graph.of_type(*NAT) else None


def _rarer_schedules(stack: Stack, _: Estimate) -> Stack | None:
    """Schedules that run every hour, every fourth hour instead."""

    def change(resource: Resource) -> dict[str, Any] | None:
        expression = resource.get("scheduleExpression")
        if not isinstance(expression, str) or not expression.startswith("cron("):
            return None
        fields = expression[5:-1].split()
        hours = fields[1].split(",") if len(fields) == 6 else []
        if len(hours) < 8:
            return {"scheduleExpression": _every_fourth(fields)} if len(fields) == 6 and fields[1] == "*" else None
        fields[1] = ",".join(hours[::4])
        return {"scheduleExpression": f"cron({' '.join(fields)})"}

    return _changed(stack, ("aws:scheduler/schedule:Schedule",), change)


def _every_fourth(fields: list[str]) -> str:
    return f"cron({' '.join([fields[0], '*/4', *fields[2:]])})"


LEVERS: Final = (
    Lever("no-public-ipv4", "Give the load balancer no public IPv4 (dualstack-without-public-ipv4)", _no_public_ipv4),
    Lever("spot", "Run every instance on spot", _spot),
    Lever("cheapest-type-only", "Allow only the cheapest of the groups' instance types", _cheapest_type_only),
    Lever("smaller-maximum", "Let fleets grow no further than their desired size", _smaller_maximum),
    Lever("valkey", "Use Valkey instead of Redis OSS", _valkey),
    Lever("serverless-cache", "Use a serverless Valkey cache instead of nodes", _serverless_cache),
    Lever("fewer-hours", "Keep the stack up only for the hours that the budget buys", _fewer_hours),
    Lever("shorter-sessions", "Make every session an hour shorter", _shorter_sessions),
    Lever("share-platform", "Share the platform's load balancer, web ACL and cache", _share_platform),
    Lever("aws-owned-keys", "Use AWS-owned keys instead of customer managed ones", _owned_keys),
    Lever("no-rotation", "Don't rotate the customer managed keys", _no_rotation),
    Lever("standard-credits", "Set CPU credits to standard", _standard_credits),
    Lever("basic-monitoring", "Turn detailed monitoring of instances off", _basic_monitoring),
    Lever("gp3", "Use gp3 volumes instead of gp2", _gp3),
    Lever("no-nat", "Reach out by an egress-only internet gateway instead of NAT", _no_nat),
    Lever("rarer-schedules", "Run hourly schedules every fourth hour", _rarer_schedules),
)
"""Every lever, in the order in which equal savings are told."""
