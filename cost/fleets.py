"""Auto Scaling groups as the estimator sees them: how many instances, of which types, on which terms."""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from cost.addresses import interface_address, is_true, per_instance
from cost.charges import NOTHING, Amount, Unpriced
from cost.compute import ASSUMED_ROOT_GB, ROOT_GB, Volume, volume_of
from cost.images import system_of
from cost.scope import Pricing, Scope, is_set, is_unknown, told
from deployment import tokens
from deployment.decimals import number
from deployment.graph import Resource
from deployment.unknown import UNKNOWN

GROUP: Final = tokens.SCALING_GROUP[0]
LAUNCH_TEMPLATE: Final = tokens.LAUNCH_TEMPLATE[0]
LAUNCH_CONFIGURATION: Final = tokens.LAUNCH_CONFIGURATION[0]
SCHEDULE: Final = tokens.SCALING_SCHEDULE[0]

REBALANCE_SHARE: Final = Decimal("0.1")
"""Part of its capacity, one instance at least, by which a group may exceed its maximum while it rebalances zones or
replaces spot instances at risk (EC2 Auto Scaling user guide, rebalancing activities; capacity rebalancing, 2026)."""

ONE_AT_A_TIME: Final = Decimal("0.001")
"""Part of its capacity, one instance at least, by which a group exceeds it where no instance may be missing: what
replaces one is launched first (EC2 Auto Scaling API, RefreshPreferences, MinHealthyPercentage, 2026)."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """One group with the terms its instances run on."""

    count: Amount
    """Instances (capacity units already divided by weights) at a time."""
    types: tuple[str, ...]
    """Instance types, in the order of their priority."""
    on_demand_base: Decimal
    """Instances that are on demand before any spot instance."""
    on_demand_percent: Decimal
    """Share of the others that is on demand; 100: no spot at all."""
    spot_strategy: str
    on_demand_strategy: str
    spot_max_usd: Decimal | None
    """Bid per hour; None: up to the on-demand price."""
    volumes: tuple[Volume, ...]
    detailed_monitoring: bool
    public_ipv4: Amount
    """Public addresses of one instance."""
    system: str
    """Operating system."""
    cpu_credits: str | None

    def split(self, count: Decimal) -> tuple[Decimal, Decimal]:
        """On-demand and spot instances out of `count`."""
        base = min(count, self.on_demand_base)
        above = ((count - base) * self.on_demand_percent / 100).to_integral_value(ROUND_CEILING)
        return base + above, count - base - above


def fleet_of(scope: Scope) -> Fleet:
    """The fleet that the scope's group declares. Raises Unpriced when its size, type or template isn't known."""
    mixed = _mixed(scope)
    distribution = told(mixed, "instancesDistribution") or {}
    source = _launch_source(scope, mixed)
    launch = source.inputs
    overrides = told(told(mixed, "launchTemplate") or {}, "overrides") or []
    if any(not isinstance(item, Mapping) for item in overrides):
        raise Unpriced("an instance type that its overrides name isn't known, so there is no dearest one")
    if any(isinstance(item, Mapping) and item.get("instanceRequirements") for item in overrides):
        raise Unpriced("overrides by instanceRequirements name no types, so there is no price; list the types")
    sources = _launched(scope, overrides, source)
    types = tuple(
        dict.fromkeys(
            str(told(item, "instanceType") or type_of(template.inputs))
            for item, templates in zip(overrides, sources, strict=True)
            for template in templates
        )
    ) or (type_of(launch),)
    used = list({id(template): template for templates in sources for template in templates}.values()) or [source]
    systems = {system_of(scope, template.inputs.get("imageId")) for template in used}
    if len(systems) > 1:
        raise Unpriced("its launch templates start different operating systems, so there is no one price")
    (system,) = systems
    weights = [Decimal(str(item["weightedCapacity"])) for item in overrides if item.get("weightedCapacity")]
    market = (first(launch.get("instanceMarketOptions")) or {}) if not mixed else {}
    all_spot = market.get("marketType") == "spot" or bool(launch.get("spotPrice"))
    bid = (
        distribution.get("spotMaxPrice")
        or (first(market.get("spotOptions")) or {}).get("maxPrice")
        or launch.get("spotPrice")
    )
    addresses = [_public(scope, template) for template in used]
    modes = [(first(template.inputs.get("creditSpecification")) or {}).get("cpuCredits") for template in used]
    return Fleet(
        count=_divided(group_size(scope), min(weights, default=Decimal(1))),
        types=types,
        on_demand_base=Decimal(str(told(distribution, "onDemandBaseCapacity") or 0)),
        on_demand_percent=(
            Decimal(str(told(distribution, "onDemandPercentageAboveBaseCapacity", 100)))
            if mixed
            else Decimal(0 if all_spot else 100)
        ),
        spot_strategy=str(distribution.get("spotAllocationStrategy") or "lowest-price"),
        on_demand_strategy=str(distribution.get("onDemandAllocationStrategy") or "prioritized"),
        spot_max_usd=Decimal(str(bid)) if bid else None,
        volumes=max((volumes_of(template.inputs, system) for template in used), key=_gigabytes),
        detailed_monitoring=any(_detailed(template) for template in used),
        public_ipv4=Amount(
            *(max(getattr(each, figure) for each in addresses) for figure in ("floor", "expected", "worst"))
        ),
        system=system,
        cpu_credits=next((mode for mode in modes if mode != "standard"), modes[0]),
    )


SPECIFICATION: Final = "launchTemplateSpecification"


def _mixed(scope: Scope) -> Mapping[str, Any]:
    """The group's mixed instances policy, without the name of its template: that is looked up. Nothing without one."""
    path = "mixedInstancesPolicy"
    terms = scope.made(_terms, path)
    found = marshal.loads(terms) if terms else scope.known(path, None)  # noqa: S302 - what `_terms` wrote
    return found or {}


def _terms(group: Resource, path: str) -> bytes:
    """The policy at `path` without the name of its template; nothing where some of it can't be read."""
    try:
        policy = group.get(path)
        template = {**policy["launchTemplate"], SPECIFICATION: None}
        return marshal.dumps({**policy, "launchTemplate": template}, 2)
    except (TypeError, KeyError, ValueError):
        return b""


def _launched(scope: Scope, overrides: Sequence[Mapping[str, Any]], source: Resource) -> list[tuple[Resource, ...]]:
    """Launch templates of each override: its own (several where a preview doesn't know yet which), else `source`."""
    found: list[tuple[Resource, ...]] = []
    for place, item in enumerate(overrides):
        own: tuple[Resource, ...] = ()
        if told(item, SPECIFICATION):
            path = f"mixedInstancesPolicy.launchTemplate.overrides[{place}].{SPECIFICATION}"
            own = scope.referenced(path, LAUNCH_TEMPLATE)
            if not own:
                raise Unpriced("the launch template of an override isn't in the graph, and its instances are billed")
        found.append(own or (source,))
    return found


def type_of(launch: Mapping[str, Any]) -> str:
    """Instance type of a launch template or configuration. Raises Unpriced when there is none, or it isn't known."""
    if launch.get("instanceRequirements"):
        raise Unpriced("instanceRequirements name no type, so there is no price; name one")
    declared = launch.get("instanceType")
    if declared is UNKNOWN or not isinstance(declared, str):
        raise Unpriced("its instance type isn't known")
    return declared


def _gigabytes(volumes: Sequence[Volume]) -> Decimal:
    return sum((volume.size_gb for volume in volumes), Decimal(0))


def group_size(scope: Scope) -> Amount:
    """Capacity units: the minimum, the desired, and the maximum with what Auto Scaling may run beyond it, each as
    scheduled actions may set it. Raises Unpriced
    when they aren't known."""
    low = scope.number("minSize")
    desired = scope.number("desiredCapacity", low)
    lows, highs = [low], [scope.number("maxSize"), desired]
    for schedule in scheduled(scope):
        for key, sizes in (("minSize", lows), ("maxSize", highs), ("desiredCapacity", highs)):
            size = schedule.get(key)
            if size is UNKNOWN:
                raise Unpriced(f"{key} of its scheduled action {schedule.name} isn't known, so it has no maximum")
            if (known := number(size)) is not None and known >= 0:  # -1: leave it as it is
                sizes.append(known)
    most = max(highs)
    return Amount.of(min(lows), desired, most + (overshoot(scope, most) if most else 0))


def overshoot(scope: Scope, size: Decimal) -> Decimal:
    """Capacity beyond `size` that EC2 Auto Scaling may run by itself: it launches before it terminates, when it evens
    out zones, replaces spot instances at risk, or keeps to the group's own maintenance policy or refresh."""
    resource = scope.resource
    policies = ("instanceMaintenancePolicy", "instanceRefresh.preferences")
    shares = [(number(resource.get(f"{path}.maxHealthyPercentage")) or Decimal(0)) / 100 - 1 for path in policies]
    zones = max(scope.members(path) or 0 for path in ("vpcZoneIdentifiers", "availabilityZones"))
    evens_out = (zones > 1 or scope.made(is_unknown, "vpcZoneIdentifiers")) and (
        "AZRebalance" not in map(str, resource.get("suspendedProcesses") or ())
    )
    if evens_out or scope.flag("capacityRebalance"):
        shares.append(REBALANCE_SHARE)
    if any(number(resource.get(f"{path}.minHealthyPercentage")) == 100 for path in policies):
        shares.append(ONE_AT_A_TIME)
    share = max(shares)
    return max(Decimal(1), (size * share).to_integral_value(ROUND_CEILING)) if share > 0 else Decimal(0)


ANY_GROUP: Final = ""
"""In place of a URN: a group that nothing tells."""


def scheduled(scope: Scope) -> list[Resource]:
    """Scheduled actions that set the size of the group. Raises Unpriced where one may be of any group."""
    found = scope.pricing.once(_by_group)
    if unsure := found.get(ANY_GROUP):
        raise Unpriced(f"which group the scheduled action {unsure[0].name} sizes isn't known, so it has no maximum")
    return scope.its(found) or []


def _by_group(pricing: Pricing) -> Mapping[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for schedule in pricing.graph.of_type(SCHEDULE):
        of = Scope(pricing, schedule)
        groups = of.may_name("autoscalingGroupName", "name", GROUP)
        urns = [ANY_GROUP] if of.untold("autoscalingGroupName", GROUP) else [group.urn for group in groups]
        for urn in urns:
            found.setdefault(urn, []).append(schedule)
    return found


def instances_of_graph(pricing: Pricing) -> Amount:
    """Instances of all groups of the graph, for what each of them calls; sizes that aren't known count nothing."""
    found = NOTHING
    for group in pricing.graph.of_type(GROUP):
        with suppress(Unpriced):
            found += group_size(Scope(pricing, group))
    return found


def _divided(size: Amount, weight: Decimal) -> Amount:
    if weight <= 1:
        return size
    return Amount(
        *((each / weight).to_integral_value(ROUND_CEILING) for each in (size.floor, size.expected, size.worst))
    )


def _launch_source(scope: Scope, mixed: Mapping[str, Any]) -> Resource:
    path = "launchTemplate" if scope.made(is_set, "launchTemplate") else ""
    source: tuple[Resource, ...] = ()
    name = "name"
    if mixed:  # the template of the policy comes before those of its overrides
        path, name = f"mixedInstancesPolicy.launchTemplate.{SPECIFICATION}", "launchTemplateName"
    if path:
        source = scope.referenced(path, LAUNCH_TEMPLATE)
        source = source or scope.named(f"{path}.{name}", "name", LAUNCH_TEMPLATE)
    if not source:
        source = scope.named("launchConfiguration", "name", LAUNCH_CONFIGURATION)
    if not source:
        raise Unpriced("its launch template isn't in the graph, so its instance type isn't known")
    return source[0]


def volumes_of(launch: Mapping[str, Any], system: str) -> tuple[Volume, ...]:
    """Volumes of one instance of a launch template or configuration, the root one first; one that isn't declared has
    the size that images of the operating system have."""
    if "blockDeviceMappings" in launch:
        devices = blocks(launch, "blockDeviceMappings")
        declared = [first(told(device, "ebs")) for device in devices]
        return tuple(volume_of(each) for each in declared if each) or (_assumed_root(system),)
    root = first(told(launch, "rootBlockDevice"))
    extra = blocks(launch, "ebsBlockDevices")
    return (volume_of(root) if root else _assumed_root(system), *(volume_of(each) for each in extra))


def blocks(launch: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Devices of a launch template or configuration. Raises Unpriced where one isn't known."""
    devices = told(launch, key) or []
    if any(not isinstance(device, Mapping) for device in devices):
        raise Unpriced(f"one of its {key} isn't known, and each volume is billed")
    return list(devices)


def _assumed_root(system: str) -> Volume:
    return Volume(size_gb=ROOT_GB.get(system, Decimal(ASSUMED_ROOT_GB)), assumed=True)


def _detailed(source: Resource) -> bool:
    """Detailed monitoring is on by default in launch configurations, and off in launch templates."""
    if source.type == LAUNCH_CONFIGURATION:
        return is_true(told(source.inputs, "enableMonitoring", True))
    return monitored(source.inputs)


def monitored(launch: Mapping[str, Any]) -> bool:
    """Whether a launch template turns detailed monitoring on. Raises Unpriced where that isn't known."""
    return is_true(told(first(told(launch, "monitoring")) or {}, "enabled"))


def _public(scope: Scope, template: Resource) -> Amount:
    """Public addresses of one instance: the first network interface decides, else the subnets."""
    declared = Scope(scope.pricing, template).made(_of_interface, "networkInterfaces")
    if declared is None:
        declared = template.inputs.get("associatePublicIpAddress")
    return per_instance(scope, "vpcZoneIdentifiers", declared)


def _of_interface(template: Resource, _: str) -> Any:
    return interface_address(template.inputs)


def first(value: Any) -> Any:
    """A nested block: pulumi-aws writes an object, some versions and importers a list of one."""
    if isinstance(value, list):
        return value[0] if value else None
    return value if isinstance(value, Mapping) else None
