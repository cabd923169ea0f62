"""Amazon MQ: brokers by the hour, and what they store."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ZERO, Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey, Used
from cost.uptime import Metering
from deployment import tokens

STORED: Final = UsageKey("storage_size_gb", Decimal(10), "gigabytes that each broker stores")

NODES: Final = {"SINGLE_INSTANCE": 1, "ACTIVE_STANDBY_MULTI_AZ": 2, "CLUSTER_MULTI_AZ": 3}
"""Deployment mode -> instances of a broker (Amazon MQ developer guide, broker architecture, 2026)."""


def broker(scope: Scope) -> Iterator[Charge]:
    """Instances of a broker, and storage: of each node of a RabbitMQ cluster, once of ActiveMQ."""
    engine, kind = scope.text("engineType").lower(), scope.text("hostInstanceType")
    nodes = NODES.get(scope.text("deploymentMode", "SINGLE_INSTANCE").upper())
    if engine not in ("activemq", "rabbitmq") or not kind or nodes is None:
        raise Unpriced("its engine, instance type or deployment mode isn't one that is priced")
    yield scope.charge(
        f"Broker ({engine}, {kind})", ("mq", f"{engine}.{kind}"), Amount.fixed(nodes), Metering.FULL_HOURS
    )
    storage = "rabbitmq" if engine == "rabbitmq" else scope.text("storageType", "efs").lower()
    used = scope.usage(STORED)
    stored = Used(used.amount * (nodes if engine == "rabbitmq" else 1), used.assumed)
    yield scope.kept(f"Storage ({storage})", ("mq", f"{storage}_gb_month"), stored)
    if scope.flag("publiclyAccessible"):  # whose addresses they are, AWS doesn't say
        addresses = Amount(ZERO, ZERO, Decimal(nodes))
        yield scope.charge("Public IPv4 addresses", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS)


PRICERS: Final = {tokens.MESSAGE_BROKER[0]: Pricer(broker, twins=("aws_mq_broker",), usage=(STORED,))}
