"""The levers: one small function each, which gives the changed stack, or None where there is nothing to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final

from cost.catalogue import Catalogue, MissingPrice
from cost.charges import Unpriced
from cost.compute import price_file
from cost.estimate import Estimate
from cost.lever import Lever, Stack, changed, without
from cost.lifecycle import Support, has_lifecycle, newest, version_of
from cost.uptime import ALWAYS_ON, Uptime
from deployment import tokens
from deployment.day import today_utc
from deployment.decimals import number
from deployment.graph import Resource, ResourceGraph

ALB: Final = tokens.LOAD_BALANCER
GROUP: Final = tokens.SCALING_GROUP
TEMPLATE: Final = tokens.LAUNCH_TEMPLATE
REPLICATION: Final = tokens.REPLICATION_GROUP
SERVERLESS: Final = tokens.SERVERLESS_CACHE
CACHES: Final = (*REPLICATION, *SERVERLESS)
WEB_ACL: Final = tokens.WEB_ACL
NAT: Final = tokens.NAT_GATEWAY


AUTHENTICATION: Final = ("jwt-validation", "authenticate-oidc", "authenticate-cognito")
LISTENERS: Final = (*tokens.LISTENER, *tokens.LISTENER_RULE)


def _no_public_ipv4(stack: Stack, _: Estimate) -> Stack | None:
    """Not where the load balancer checks tokens: it reaches the issuer over IPv4 only (ELB API, SetIpAddressType)."""
    listeners = stack.graph.of_type(*LISTENERS)
    types = {kind for one in listeners for path in ("actions", "defaultActions") for kind in one.all(f"{path}[*].type")}
    if not types.isdisjoint(AUTHENTICATION):
        return None

    def change(resource: Resource) -> dict[str, Any] | None:
        if resource.get("internal") is True or resource.get("loadBalancerType", "application") != "application":
            return None
        if resource.get("ipAddressType", "ipv4") == "dualstack-without-public-ipv4":
            return None
        return {"ipAddressType": "dualstack-without-public-ipv4"}

    return changed(stack, ALB, change)


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

    return changed(stack, GROUP, change)


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

    return changed(stack, GROUP, change)


def _on_demand_usd(region: str, instance_type: str) -> Decimal:
    return Catalogue(region).price(price_file(instance_type), f"linux.{instance_type}").usd


def least_max_size(stack: Stack) -> int:
    """The smallest maxSize that the stack's settings accept; 1 where it publishes none."""
    adjustable = stack.basis.adjustable
    return 1 if adjustable is None else int(adjustable.least.get("maxSize", 1))


def _smaller_maximum(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        high, desired = resource.get("maxSize"), resource.get("desiredCapacity", resource.get("minSize", 0))
        if not isinstance(high, (int, float)) or not isinstance(desired, (int, float)):
            return None
        least = max(1, int(desired), least_max_size(stack))
        return {"maxSize": least} if high > least else None

    return changed(stack, GROUP, change)


def _smaller_scaling(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        low, high = number(resource.get("minCapacity")), number(resource.get("maxCapacity"))
        if low is None or high is None:
            return None
        least = max(low, Decimal(1))
        return {"maxCapacity": int(least)} if high > least else None

    return changed(stack, tokens.SCALABLE_TARGET, change)


VERSIONS: Final = {tokens.EKS_CLUSTER[0]: "version", tokens.OPENSEARCH[1]: "elasticsearchVersion"}
"""Type -> where its version stands, unless at ``engineVersion``."""


def _supported_version(stack: Stack, _: Estimate) -> Stack | None:
    """Not of caches: those leave Redis altogether."""
    day = stack.basis.on or today_utc()

    def change(resource: Resource) -> dict[str, Any] | None:
        path = VERSIONS.get(resource.type, "engineVersion")
        declared = resource.get(path)
        if not isinstance(declared, str):
            return None
        prefix, apart, text = declared.rpartition("_")
        if resource.type in tokens.OPENSEARCH:
            product = f"opensearch-{prefix.lower() or 'elasticsearch'}"
        else:
            product = "eks" if resource.type in tokens.EKS_CLUSTER else str(resource.get("engine"))
        if not has_lifecycle(product):
            return None
        with suppress(Unpriced):
            version, latest = version_of(product, text), version_of(product, newest(product))
            if version is not None and latest is not None and version.support(day) is not Support.STANDARD:
                return {path: f"{prefix}{apart}{newest(product)}"} if latest.support(day) is Support.STANDARD else None
        return None

    return changed(stack, (*tokens.EKS_CLUSTER, *tokens.DB_INSTANCE, *tokens.DB_CLUSTER, *tokens.OPENSEARCH), change)


def _by_name(stack: Stack, _: Estimate) -> Stack | None:
    """Certificates on dedicated addresses for clients without SNI, which all have learned by now."""

    def change(resource: Resource) -> dict[str, Any] | None:
        certificate = resource.get("viewerCertificate")
        if not isinstance(certificate, Mapping) or certificate.get("sslSupportMethod") != "vip":
            return None
        return {"viewerCertificate": {**certificate, "sslSupportMethod": "sni-only"}}

    return changed(stack, tokens.DISTRIBUTION, change)


def _valkey(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        return {"engine": "valkey"} if str(resource.get("engine", "redis")).lower() == "redis" else None

    return changed(stack, CACHES, change)


def _serverless_cache(stack: Stack, _: Estimate) -> Stack | None:
    def serverless(nodes: Resource) -> Resource:
        kept = {key: nodes.inputs[key] for key in ("snapshotRetentionLimit",) if key in nodes.inputs}
        return replace(nodes, type=SERVERLESS[0], inputs={"engine": "valkey", **kept}, outputs={})

    resources = [serverless(resource) if resource.type in REPLICATION else resource for resource in stack.graph]
    touched = any(new is not old for new, old in zip(resources, stack.graph, strict=True))
    return Stack(ResourceGraph(resources), stack.basis) if touched else None


def _share_platform(stack: Stack, _: Estimate) -> Stack | None:
    if stack.basis.tenancy == "shared" or stack.basis.root is None:
        return None
    rest = without(stack, (*ALB, *WEB_ACL, *CACHES))
    if rest is None:
        return None
    # what is borrowed is there all the time, and so is what hangs on it
    return Stack(rest.graph, replace(stack.basis, tenancy="shared", uptime=ALWAYS_ON))


def _fewer_hours(stack: Stack, current: Estimate) -> Stack | None:
    uptime = stack.basis.uptime
    if current.hours_bought <= 0 or current.hours_bought >= uptime.hours or stack.basis.parked:
        return None
    if stack.basis.adjustable is not None:
        return _planned(stack, lambda plan: plan.hours <= current.hours_bought)
    if uptime.sessions == 1:
        fewer = Uptime(Decimal(1), current.hours_bought.to_integral_value(ROUND_FLOOR))
    else:
        sessions = (current.hours_bought / uptime.hours_per_session).to_integral_value(ROUND_FLOOR)
        fewer = replace(uptime, sessions=sessions)
    return Stack(stack.graph, replace(stack.basis, uptime=fewer)) if fewer.hours else None


def _planned(stack: Stack, fits: Callable[[Uptime], bool]) -> Stack | None:
    """`stack` with the longest of the plans that its settings give and that fit."""
    adjustable, hours = stack.basis.adjustable, stack.basis.uptime.hours
    plans = () if adjustable is None else adjustable.sessions
    fitting = [plan.uptime for plan in plans if plan.uptime.hours < hours and fits(plan.uptime)]
    if not fitting:
        return None
    return Stack(stack.graph, replace(stack.basis, uptime=max(fitting, key=lambda plan: plan.hours)))


def _shorter_sessions(stack: Stack, _: Estimate) -> Stack | None:
    uptime = stack.basis.uptime
    if uptime.sessions <= 1 or uptime.hours_per_session <= 1:
        return None
    if stack.basis.adjustable is not None:
        return _planned(stack, lambda plan: plan.sessions == uptime.sessions)
    shorter = replace(uptime, hours_per_session=uptime.hours_per_session - 1)
    return Stack(stack.graph, replace(stack.basis, uptime=shorter))


def _owned_keys(stack: Stack, _: Estimate) -> Stack | None:
    return without(stack, tokens.KEY)


def _no_rotation(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        return {"enableKeyRotation": False} if resource.get("enableKeyRotation") else None

    return changed(stack, tokens.KEY, change)


def _standard_credits(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        if resource.get("creditSpecification.cpuCredits") == "standard":
            return None
        return {"creditSpecification": {"cpuCredits": "standard"}}

    return changed(stack, (*TEMPLATE, *tokens.INSTANCE), change)


def _basic_monitoring(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        if resource.type in TEMPLATE:
            return {"monitoring": {"enabled": False}} if resource.get("monitoring.enabled") is True else None
        return {"monitoring": False} if resource.get("monitoring") is True else None

    return changed(stack, (*TEMPLATE, *tokens.INSTANCE), change)


def _gp3(stack: Stack, _: Estimate) -> Stack | None:
    def change(resource: Resource) -> dict[str, Any] | None:
        if resource.type in tokens.VOLUME:
            return {"type": "gp3"} if resource.get("type", "gp2") == "gp2" else None
        devices = {key: resource.inputs[key] for key in DEVICES if key in resource.inputs}
        other = {key: _on_gp3(value) for key, value in devices.items()}
        return other if other != devices else None

    return changed(stack, (*tokens.VOLUME, *tokens.INSTANCE, *TEMPLATE, *tokens.LAUNCH_CONFIGURATION), change)


DEVICES: Final = ("rootBlockDevice", "ebsBlockDevices", "blockDeviceMappings")
"""Where instances, launch templates and configurations declare volumes."""


def _on_gp3(value: Any) -> Any:
    """Block devices with gp3 volumes for those that are declared as gp2."""
    if isinstance(value, list):
        return [_on_gp3(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    other = {key: _on_gp3(each) for key, each in value.items()}
    return {**other, "volumeType": "gp3"} if other.get("volumeType") == "gp2" else other


def _no_nat(stack: Stack, _: Estimate) -> Stack | None:
    """Without NAT gateways and their addresses; those of instances and load balancers stay."""
    gateways = stack.graph.of_type(*NAT)
    paths = ("allocationId", "secondaryAllocationIds")
    gone = {one.urn for one in gateways}
    gone |= {
        address.urn
        for gateway in gateways
        for path in paths
        for address in stack.graph.referenced(gateway, path, *tokens.ELASTIC_IP)
    }
    kept = ResourceGraph(resource for resource in stack.graph if resource.urn not in gone)
    return Stack(kept, stack.basis) if gone else None


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

    return changed(stack, tokens.SCHEDULE, change)


def _every_fourth(fields: list[str]) -> str:
    return f"cron({' '.join([fields[0], '*/4', *fields[2:]])})"


LEVERS: Final = (
    Lever("no-public-ipv4", "Give the load balancer no public IPv4 (dualstack-without-public-ipv4)", _no_public_ipv4),
    Lever("spot", "Run every instance on spot", _spot),
    Lever("cheapest-type-only", "Allow only the cheapest of the groups' instance types", _cheapest_type_only),
    Lever("smaller-maximum", "Let fleets grow no further than their desired size", _smaller_maximum),
    Lever("smaller-scaling", "Let autoscaling go no further than its minimum", _smaller_scaling),
    Lever("supported-version", "Use a version in standard support", _supported_version),
    Lever("server-name", "Serve HTTPS by the name that clients send (SNI)", _by_name),
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
