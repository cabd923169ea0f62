"""Classic load balancers: hours and data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cost.charges import ONE, Charge
from cost.pricers.aws.lb import OUTBOUND, PROCESSED_BYTES, outbound, transferred_gb
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering


def load_balancer(scope: Scope) -> Iterator[Charge]:
    """Hours, processed data and outbound data of a classic load balancer."""
    yield scope.charge("Classic load balancer", ("elb", "classic_hour"), ONE, Metering.FULL_HOURS)
    yield scope.use("Data processed", ("elb", "classic_gb"), scope.usage(PROCESSED_BYTES, transferred_gb(scope)))
    if not scope.flag("internal"):
        yield outbound(scope)


PRICERS: Final = {
    "aws:elb/loadBalancer:LoadBalancer": Pricer(load_balancer, twins=("aws_elb",), usage=(PROCESSED_BYTES, OUTBOUND))
}
