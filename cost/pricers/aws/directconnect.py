"""Direct Connect: ports of dedicated connections, what leaves through them, and transit gateways behind a gateway."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge
from cost.pricers.aws.ec2 import PROCESSED, transit_gateway_attachment
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

OUTBOUND: Final = UsageKey(
    "monthly_outbound_region_to_dx_location_gb", Decimal(100), "gigabytes sent through the connection a month"
)


def connection(scope: Scope) -> Iterator[Charge]:
    """Hours of the port, and data to the location within the Region's part of the world."""
    speed = scope.text("bandwidth")
    yield scope.charge(f"Port ({speed})", ("directconnect", f"port_{speed.lower()}_hour"), ONE, Metering.FULL_HOURS)
    yield scope.use("Data out", ("directconnect", "out_gb"), scope.usage(OUTBOUND))


def gateway_association(scope: Scope) -> Iterator[Charge]:
    """The attachment of a transit gateway; virtual private gateways have none."""
    gateway = scope.known("associatedGatewayId", "")
    if scope.referenced("associatedGatewayId", tokens.VPN_GATEWAY[0]) or str(gateway).startswith("vgw-"):
        return
    yield from transit_gateway_attachment(scope)


PRICERS: Final = {
    tokens.DIRECT_CONNECTION[0]: Pricer(connection, twins=("aws_dx_connection",), usage=(OUTBOUND,)),
    tokens.DIRECT_GATEWAY_ASSOCIATION[0]: Pricer(
        gateway_association, twins=("aws_dx_gateway_association",), usage=(PROCESSED,)
    ),
}
