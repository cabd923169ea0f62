"""AWS CloudHSM: hardware security modules by the hour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cost.charges import ONE, Charge
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens


def module(scope: Scope) -> Iterator[Charge]:
    """Hours of one module; a cluster without modules is free."""
    yield scope.charge("Hardware security module", ("cloudhsm", "hsm_hour"), ONE, Metering.FULL_HOURS)


PRICERS: Final = {tokens.SECURITY_MODULE[0]: Pricer(module, twins=("aws_cloudhsm_v2_hsm",))}
