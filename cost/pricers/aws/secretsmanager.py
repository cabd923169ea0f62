"""Secrets Manager: secrets and API calls."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens
from deployment.unknown import UNKNOWN

REQUESTS: Final = UsageKey("monthly_requests", Decimal(10_000), "API calls a month")


def secret(scope: Scope) -> Iterator[Charge]:
    """The secret, which stays when the stack is parked, and calls for it."""
    yield scope.charge("Secret", ("secretsmanager", "secret_month"), ONE, Metering.STANDING)
    if replicas := scope.members("replicas"):
        yield scope.charge(
            "Replicas in other Regions", ("secretsmanager", "replica_month"), Amount.fixed(replicas), Metering.STANDING
        )
    elif scope.resource.get("replicas") is UNKNOWN:
        raise Unpriced("replicas aren't known, and each is billed as a secret")
    yield scope.use("API calls", ("secretsmanager", "10k_requests"), scope.usage(REQUESTS))


PRICERS: Final = {tokens.SECRET_STORE[0]: Pricer(secret, twins=("aws_secretsmanager_secret",), usage=(REQUESTS,))}
