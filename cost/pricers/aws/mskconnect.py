"""Amazon MSK Connect: capacity units of a connector's workers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens


def connector(scope: Scope) -> Iterator[Charge]:
    """Workers of its provisioned capacity, or between the limits of its scaling."""
    if scope.known("capacity.autoscaling", None):
        each = scope.number("capacity.autoscaling.mcuCount", 1)
        least = scope.number("capacity.autoscaling.minWorkerCount", 1)
        workers = Amount.of(least, least, scope.number("capacity.autoscaling.maxWorkerCount", least))
    else:
        each = scope.number("capacity.provisionedCapacity.mcuCount", 1)
        workers = Amount.fixed(scope.number("capacity.provisionedCapacity.workerCount"))
    if not workers.worst:
        raise Unpriced("its capacity isn't declared; set it")
    driver = Driver.FIXED if workers.floor == workers.worst else Driver.TRAFFIC
    yield scope.charge("Connector workers", ("msk", "mcu_hour"), workers * each, Metering.SECONDS, driver=driver)


PRICERS: Final = {tokens.KAFKA_CONNECTOR[0]: Pricer(connector, twins=("aws_mskconnect_connector",))}
