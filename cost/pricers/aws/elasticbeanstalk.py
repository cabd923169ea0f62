"""Elastic Beanstalk: the instances, volumes, addresses, alarms and load balancer that an environment makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cost.addresses import MOST_ZONES
from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.compute import CREDITS, Volume, credit_charges, on_demand, volume_charges
from cost.images import OPERATING_SYSTEM, system_of
from cost.pricers.aws.lb import (
    ACTIVE_CONNECTIONS,
    NEW_CONNECTIONS,
    OUTBOUND,
    PROCESSED_BYTES,
    RULE_EVALUATIONS,
    lcu,
    nlcu,
    outbound,
    transferred_gb,
)
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens
from deployment.decimals import number
from deployment.unknown import SECRET, UNKNOWN

GROUP: Final = "aws:autoscaling:asg"
LAUNCH: Final = "aws:autoscaling:launchconfiguration"
INSTANCES: Final = "aws:ec2:instances"
ENVIRONMENT: Final = "aws:elasticbeanstalk:environment"
NETWORK: Final = "aws:ec2:vpc"

LEAST_INSTANCES: Final = Decimal(1)
MOST_INSTANCES: Final = Decimal(4)
ALARMS: Final = 2
"""Size of a group that declares none, and alarms that scale it (Elastic Beanstalk developer guide, general options;
Auto Scaling triggers, 2026)."""
LEAST_ZONES: Final = 2
BALANCERS: Final = {
    "application": ("Application load balancer", "alb_hour"),
    "network": ("Network load balancer", "nlb_hour"),
    "classic": ("Classic load balancer", "classic_hour"),
}
COUNT: Final = UsageKey("instances", Decimal(0), "instances at a time, instead of the smallest number")


def environment(scope: Scope) -> Iterator[Charge]:
    """All that the environment's settings make; the environment itself is free."""
    if scope.resource.gives("templateName"):
        raise Unpriced("its settings are in a configuration template, and say what it runs on; set them on it")
    settings = _settings(scope)
    if any(space.startswith("aws:rds:") for space, _ in settings):
        raise Unpriced("databases that belong to an environment aren't priced; declare aws.rds.Instance beside it")
    if settings.get((INSTANCES, "EnableSpot"), "false").lower() == "true":
        raise Unpriced("spot instances of environments aren't priced")
    kinds = settings.get((INSTANCES, "InstanceTypes")) or settings.get((LAUNCH, "InstanceType")) or ""
    types = [each.strip() for each in kinds.split(",") if each.strip()]
    if not types:
        raise Unpriced(f"its instance type isn't declared; set InstanceTypes of {INSTANCES}")
    balanced = settings.get((ENVIRONMENT, "EnvironmentType"), "LoadBalanced") != "SingleInstance"
    least = number(settings.get((GROUP, "MinSize"), LEAST_INSTANCES)) or Decimal(0)
    most = number(settings.get((GROUP, "MaxSize"), MOST_INSTANCES)) or Decimal(0)
    given = scope.given(COUNT)
    count = Amount.of(least, least if given is None else given, most) if balanced else ONE
    yield from _instances(scope, settings, types, count)
    if balanced:
        yield scope.charge(
            "Alarms that scale it", ("cloudwatch", "alarm_month"), Amount.fixed(ALARMS), Metering.PRORATED_MONTH
        )
        yield from _balancer(scope, settings)


def _settings(scope: Scope) -> Mapping[tuple[str, str], str]:
    """Option settings by namespace and name. Raises Unpriced where one isn't known."""
    found: dict[tuple[str, str], str] = {}
    for one in scope.items("settings"):
        if isinstance(one, Mapping) and {one.get("namespace"), one.get("name")} & {UNKNOWN, SECRET}:
            raise Unpriced("which option one of its settings is isn't known, and options are billed")
        if not isinstance(one, Mapping) or one.get("value") in (UNKNOWN, SECRET):
            name = one.get("name") if isinstance(one, Mapping) else "settings"
            if name in COSTLY or not isinstance(one, Mapping):
                raise Unpriced(f"{name} isn't known, and its price depends on it")
            found[str(one.get("namespace")), str(one.get("name"))] = UNTOLD
            continue
        found[str(one.get("namespace")), str(one.get("name"))] = str(one.get("value"))
    return found


UNTOLD: Final = "(not known)"
"""Value of an option that a preview doesn't know, or that is secret."""
COSTLY: Final = frozenset(
    {
        "settings", "InstanceType", "InstanceTypes", "MinSize", "MaxSize", "EnvironmentType", "LoadBalancerType",
        "RootVolumeSize", "RootVolumeType", "RootVolumeIOPS", "RootVolumeThroughput", "EnableSpot",
    }
)  # fmt: skip


def _instances(
    scope: Scope, settings: Mapping[tuple[str, str], str], types: list[str], count: Amount
) -> Iterator[Charge]:
    """Instances with their root volume and public address; in the worst case the dearest type of those that are
    listed."""
    system = system_of(scope, scope.resource.get("solutionStackName") or scope.resource.get("platformArn"))
    prices = [on_demand(scope, each, system) for each in types]
    first, dearest = prices[0], max(prices, key=lambda price: price.usd)
    driver = Driver.FIXED if count.floor == count.worst else Driver.FLEET
    label = f"Instances ({types[0]}, on demand)"
    if first.usd == dearest.usd:
        yield Charge(label, first, count, Metering.SECONDS, driver=driver)
    else:
        usual, most = Amount(count.floor, count.expected, Decimal(0)), Amount(Decimal(0), Decimal(0), count.worst)
        yield Charge(label, first, usual, Metering.SECONDS, driver=driver)
        yield Charge("Worst case: the dearest of its types", dearest, most, Metering.SECONDS, driver=driver)
    yield from credit_charges(scope, types, None, count)
    size = number(settings.get((LAUNCH, "RootVolumeSize"), 0)) or Decimal(0)
    volume = Volume(
        size_gb=size or Decimal(8),
        type=settings.get((LAUNCH, "RootVolumeType"), "gp2"),
        iops=number(settings.get((LAUNCH, "RootVolumeIOPS"), 0)) or Decimal(0),
        mbps=number(settings.get((LAUNCH, "RootVolumeThroughput"), 0)) or Decimal(0),
        assumed=not size,
    )
    yield from volume_charges(scope, volume, count, what="Root volume")
    public = settings.get((NETWORK, "AssociatePublicIpAddress"), str((NETWORK, "VPCId") not in settings)).lower()
    if public in ("true", UNTOLD):
        addresses = count if public == "true" else Amount(Decimal(0), Decimal(0), count.worst)
        yield scope.charge(
            "Public IPv4 addresses", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS, driver=driver
        )


def _balancer(scope: Scope, settings: Mapping[tuple[str, str], str]) -> Iterator[Charge]:
    """The environment's own load balancer: hours, use and public addresses; none for one that is shared."""
    if settings.get((ENVIRONMENT, "LoadBalancerIsShared"), "false").lower() == "true":
        return
    kind = settings.get((ENVIRONMENT, "LoadBalancerType"), "classic")
    if kind not in BALANCERS:
        raise Unpriced(f"LoadBalancerType is {kind[:40]!r}; prices are known for {', '.join(BALANCERS)}")
    item, key = BALANCERS[kind]
    yield scope.charge(item, ("elb", key), ONE, Metering.FULL_HOURS)
    if kind == "application":
        yield lcu(scope, 0)
    elif kind == "network":
        yield nlcu(scope)
    else:
        yield scope.use("Data processed", ("elb", "classic_gb"), scope.usage(PROCESSED_BYTES, transferred_gb(scope)))
    if settings.get((NETWORK, "ELBScheme"), "public") != "internal":
        subnets = settings.get((NETWORK, "ELBSubnets"), "")
        least = max(sum(1 for each in subnets.split(",") if each.strip()), LEAST_ZONES)
        addresses = Amount.of(least, least, MOST_ZONES if subnets == UNTOLD else least)
        yield scope.charge(
            "Public IPv4 addresses of the load balancer", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS
        )
        yield outbound(scope)


PRICERS: Final = {
    tokens.BEANSTALK[0]: Pricer(
        environment,
        twins=("aws_elastic_beanstalk_environment",),
        usage=(
            COUNT,
            OPERATING_SYSTEM,
            NEW_CONNECTIONS,
            ACTIVE_CONNECTIONS,
            PROCESSED_BYTES,
            RULE_EVALUATIONS,
            OUTBOUND,
            *CREDITS,
        ),
    )
}
