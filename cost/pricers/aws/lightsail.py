"""Lightsail: instances at the hourly price of their plan, running or stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cost.charges import ONE, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens


def instance(scope: Scope) -> Iterator[Charge]:
    """One instance: the plan is the bundle's size, with a Windows licence or without (``small_win_3_0``)."""
    bundle = scope.text("bundleId")
    if not bundle:
        raise Unpriced("its bundleId isn't declared; set it")
    size = bundle.partition("_")[0]
    plan = f"{size}_win" if "_win_" in bundle else size
    yield scope.charge(f"Instance ({plan} plan)", ("lightsail", f"{plan}_hour"), ONE, Metering.FULL_HOURS)


PRICERS: Final = {tokens.LIGHTSAIL_INSTANCE[0]: Pricer(instance, twins=("aws_lightsail_instance",))}
