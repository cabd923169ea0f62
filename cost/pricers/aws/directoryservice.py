"""AWS Directory Service: domain controllers of Microsoft Active Directory by the hour."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

ADDED: Final = UsageKey("additional_domain_controllers", Decimal(0), "domain controllers beyond the two of a directory")
SHARED: Final = UsageKey("shared_accounts", Decimal(0), "accounts that the directory is shared with")

MAKERS: Final = {"MicrosoftAD": "microsoft", "SimpleAD": "simple", "ADConnector": "connector"}
"""Type of a directory -> how keys of prices begin."""

LEAST: Final = 2
"""Domain controllers that a directory has at least (Directory Service administration guide, 2026)."""


def directory(scope: Scope) -> Iterator[Charge]:
    """Domain controllers of a directory, and the accounts that share it."""
    kind = scope.kind("type", "SimpleAD", "SimpleAD", "ADConnector", "MicrosoftAD")
    managed = kind == "MicrosoftAD"
    edition = scope.text("edition", "Enterprise").lower() if managed else scope.text("size", "Small").lower()
    declared = scope.number("desiredNumberOfDomainControllers", LEAST)
    controllers = max(declared, Decimal(LEAST) + scope.usage(ADDED).amount.expected)
    yield scope.charge(
        f"Domain controllers ({edition})" if managed else f"{kind} ({edition})",
        ("directoryservice", f"{MAKERS[kind]}_{edition}_controller_hour"),
        Amount.fixed(controllers),
        Metering.FULL_HOURS,
    )
    if managed and (accounts := scope.given(SHARED)):
        yield scope.charge(
            "Accounts that share it",
            ("directoryservice", f"microsoft_{edition}_shared_account_hour"),
            Amount.fixed(accounts),
            Metering.FULL_HOURS,
            usage_based=True,
        )


PRICERS: Final = {
    tokens.DIRECTORY[0]: Pricer(directory, twins=("aws_directory_service_directory",), usage=(ADDED, SHARED))
}
