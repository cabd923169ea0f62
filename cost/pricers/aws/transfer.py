"""AWS Transfer Family: each protocol of a server by the hour, and what is moved."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

DOWN: Final = UsageKey("monthly_data_downloaded_gb", Decimal(10), "gigabytes that clients fetch a month")
UP: Final = UsageKey("monthly_data_uploaded_gb", Decimal(10), "gigabytes that clients send a month")

BY_MESSAGE: Final = "AS2"
"""The protocol that is billed by message, too."""


def server(scope: Scope) -> Iterator[Charge]:
    """Protocols of a server, and data both ways; a stopped server is billed like one that runs."""
    protocols = scope.items("protocols") or ["SFTP"]
    if BY_MESSAGE in protocols:
        raise Unpriced("messages of AS2 aren't priced")
    yield scope.charge(
        f"Protocols ({', '.join(sorted(map(str, protocols)))})",
        ("transfer", "protocol_hour"),
        Amount.fixed(len(protocols)),
        Metering.FULL_HOURS,
    )
    yield scope.use("Data downloaded", ("transfer", "gb"), scope.usage(DOWN))
    yield scope.use("Data uploaded", ("transfer", "gb"), scope.usage(UP))


PRICERS: Final = {tokens.TRANSFER_SERVER[0]: Pricer(server, twins=("aws_transfer_server",), usage=(DOWN, UP))}
