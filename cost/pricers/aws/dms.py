"""AWS Database Migration Service: replication instances by the hour, and storage beyond what comes with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cost.charges import ONE, Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens

DEFAULT_GB: Final = 50
INCLUDED_GB: Final = 100
INCLUDED_GB_T: Final = 50
"""Gigabytes that come with an instance, and with one of a T class (DMS pricing page, 2026)."""


def replication_instance(scope: Scope) -> Iterator[Charge]:
    """One instance, twice with a standby, and its storage."""
    kind = scope.text("replicationInstanceClass")
    if not kind:
        raise Unpriced("its replicationInstanceClass isn't declared; set it")
    several = scope.flag("multiAz")
    prefix = "multi_az." if several else ""
    yield scope.charge(f"Replication instance ({kind})", ("dms", f"{prefix}{kind}"), ONE, Metering.FULL_HOURS)
    included = INCLUDED_GB_T if kind.startswith("dms.t") else INCLUDED_GB
    extra = scope.number("allocatedStorage", DEFAULT_GB) - included
    if extra > 0:
        yield scope.charge("Storage (gp2)", ("dms", f"{prefix}gb_month"), Amount.fixed(extra), Metering.STANDING)
    if scope.flag("publiclyAccessible", default=True):
        addresses = Amount.fixed(2 if several else 1)
        yield scope.charge("Public IPv4 address", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS)


PRICERS: Final = {tokens.REPLICATION_INSTANCE[0]: Pricer(replication_instance, twins=("aws_dms_replication_instance",))}
