"""Which price of the catalogue a line of a bill is billed at, by its service, usage type and operation.

The catalogue says of each price how its product is found (``cost/prices/offers``), usage type included; a bill names
the same usage types. What isn't there is below; what is in neither is matched by resource and tag alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Final, NamedTuple


class UsageType(NamedTuple):
    """One usage type, and the price that it is billed at."""

    services: tuple[str, ...]
    """Service codes that have it."""
    usage_type: str
    """Without the Region's prefix; ``*`` stands for anything."""
    operations: tuple[str, ...]
    """Operations that it is for; empty for any."""
    price: str
    """``service/key`` of the catalogue; ``{}`` stands for what follows the last colon of the usage type."""


MORE: Final = (
    # Of spot instances the Price List has none: their prices are the market's (EC2 user guide, billing codes, 2026-11).
    UsageType(("AmazonEC2",), "SpotUsage:*", (), "ec2_spot/linux.{}"),
    # Vended logs that go to a log group are priced as those that are put there, and dashboards of up to 50 metrics as
    # larger ones (CloudWatch user guide, usage types on invoices, 2026-11).
    UsageType(("AmazonCloudWatch",), "VendedLog-Bytes", (), "cloudwatch/logs_ingestion_gb"),
    UsageType(("AmazonCloudWatch",), "DashboardsUsageHour-Basic", (), "cloudwatch/dashboard_month"),
    UsageType(("AWSSystemsManager",), "AppConfig-Requests", (), "appconfig/million_requests"),
)

TRANSFER: Final = "AWSDataTransfer"
"""Offer of data transfer, which a bill lists under the service that sent the data."""

_PREFIX: Final = re.compile(r"^(?:Global|[A-Z]{2,4}\d?|[a-z]{2}(?:-[a-z]+)+-\d)-")
"""Billing code of a Region (``USE1-``, ``EU-``, ``us-east-1-``); us-east-1 has none on most usage types."""

_TYPE: Final = re.compile(r"\.(?:cache\.|db\.)?[a-z][a-z0-9-]*\.[a-z0-9]+$")
"""Type of an instance or a node at the end of a price's key."""


@cache
def _table() -> tuple[UsageType, ...]:
    from workbench.cost.selectors import selectors

    found = [
        UsageType(
            one.offers,
            usage_type,
            next((allowed for name, allowed in one.wanted if name == "operation"), ()),
            # On-demand files alone: a spot instance has a usage type of its own.
            f"{one.service.replace('ec2_*', 'ec2_[!s]*')}/{one.key.replace('{instanceType}', '{}')}",
        )
        for one in selectors()
        if one.offers
        for usage_type in one.usage_types
    ]
    return (*found, *MORE)


def prices_of(service: str, usage_type: str, operation: str) -> tuple[str, ...]:
    """Patterns of the prices (``ec2_*/linux.t4g.nano``) that such a line may be billed at; empty when not known.

    `service` or `operation` "" is any: Cost Explorer tells neither by its code.
    """
    spelled = {usage_type, _PREFIX.sub("", usage_type, count=1)}
    found = []
    for row in _table():
        if service and service not in row.services and TRANSFER not in row.services:
            continue
        if operation and row.operations and not any(fnmatchcase(operation, one) for one in row.operations):
            continue
        if any(fnmatchcase(name, row.usage_type) for name in spelled):
            kind = usage_type.rpartition(":")[2]
            found.append(re.sub(r"\{\w+\}", "*", row.price.replace("{}", kind)))
    return tuple(dict.fromkeys(found))


def among(patterns: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """Those of `names` that one of `patterns` means; of an instance or node type that is not there, its siblings."""
    listed = list(names)
    wanted = list(patterns)
    exact = [name for name in listed if any(fnmatchcase(_plain(name), pattern) for pattern in wanted)]
    if exact:
        yield from exact
        return
    families = {re.sub(r"\.[a-z0-9-]+\.\w+$", ".*", pattern) for pattern in wanted}
    yield from (
        name for name in listed if any(fnmatchcase(_plain(name), family) for family in families if "*" in family)
    )


def _plain(name: str) -> str:
    """A price's name without a remark of its pricer: ``linux.t4g.micro (capped)``."""
    return name.partition(" (")[0]
