"""AWS CodeArtifact: stored packages, and requests for them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

STORED: Final = UsageKey("storage_gb", Decimal(1), "gigabytes of packages")
REQUESTS: Final = UsageKey("monthly_requests", Decimal(100_000), "requests for packages a month")


def repository(scope: Scope) -> Iterator[Charge]:
    """Stored packages and requests."""
    yield scope.kept("Packages stored", ("codeartifact", "storage_gb_month"), scope.usage(STORED))
    yield scope.use("Requests", ("codeartifact", "10k_requests"), scope.usage(REQUESTS))


PRICERS: Final = {
    tokens.PACKAGES[0]: Pricer(repository, twins=("aws_codeartifact_repository",), usage=(STORED, REQUESTS))
}
