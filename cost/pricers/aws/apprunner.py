"""AWS App Runner: memory of all instances, vCPUs of those that answer requests, builds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens

ACTIVE: Final = UsageKey(
    "monthly_active_instance_hours", Decimal(73), "hours a month in which instances answer requests, all of them added"
)
BUILDS: Final = UsageKey("monthly_build_mins", Decimal(20), "minutes of builds from source a month")

LEAST_INSTANCES: Final = 1
MOST_INSTANCES: Final = 25
"""Size of a service without a configuration of its scaling (App Runner API, CreateAutoScalingConfiguration, 2026)."""


def service(scope: Scope) -> Iterator[Charge]:
    """Provisioned instances have memory alone; those that answer requests have vCPUs as well."""
    vcpus = _size(scope, "instanceConfiguration.cpu", "1 vCPU")
    memory_gb = _size(scope, "instanceConfiguration.memory", "2 GB")
    least, most = _instances(scope)
    used = scope.usage(ACTIVE)
    active = min(used.amount.expected / MONTH_HOURS, most)
    yield scope.charge(
        "Memory of instances",
        ("apprunner", "gb_hour"),
        Amount.of(least, max(least, active), most) * memory_gb,
        Metering.SECONDS,
        driver=Driver.TRAFFIC,
    )
    yield scope.charge(
        "vCPUs of active instances",
        ("apprunner", "vcpu_hour"),
        Amount.of(0, active, most) * vcpus,
        Metering.SECONDS,
        usage_based=True,
        assumed=used.assumed,
        driver=Driver.TRAFFIC,
    )
    source = "sourceConfiguration"
    if scope.known(f"{source}.codeRepository", None):
        yield scope.use("Builds", ("apprunner", "build_minute"), scope.usage(BUILDS), Driver.EVENTS)
    if scope.flag(f"{source}.autoDeploymentsEnabled", True):
        raise Unpriced("the monthly price of automatic deployments isn't known; set autoDeploymentsEnabled to false")


def _size(scope: Scope, path: str, default: str) -> Decimal:
    """vCPUs or gigabytes, of ``1024`` as of ``1 vCPU``. Raises Unpriced for any other text."""
    text = scope.text(path, default)
    if (found := re.fullmatch(r"(\d+(?:\.\d+)?)( (?:vCPU|GB))?", text)) is None:
        raise Unpriced(f"{path} is {text[:40]!r}, no size that is known")
    return Decimal(found[1]) / (1 if found[2] else 1024)


def _instances(scope: Scope) -> tuple[Decimal, Decimal]:
    """Instances of its scaling. Raises Unpriced where that isn't in the graph."""
    if not scope.resource.gives("autoScalingConfigurationArn"):
        return Decimal(LEAST_INSTANCES), Decimal(MOST_INSTANCES)
    found = scope.referenced("autoScalingConfigurationArn", tokens.APP_RUNNER_SCALING[0])
    if len(found) != 1:
        raise Unpriced("its scaling isn't in the graph, and says how many instances there are")
    of = Scope(scope.pricing, found[0])
    return of.number("minSize", LEAST_INSTANCES), of.number("maxSize", MOST_INSTANCES)


PRICERS: Final = {tokens.APP_RUNNER[0]: Pricer(service, twins=("aws_apprunner_service",), usage=(ACTIVE, BUILDS))}
