"""Cognito user pools: monthly active users by tier."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge, Driver
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

USERS: Final = UsageKey("monthly_active_users", Decimal(1000), "users that sign in in a month")
FEDERATED: Final = UsageKey("monthly_federated_users", Decimal(0), "users that sign in by SAML or OIDC in a month")
TOKENS: Final = UsageKey("monthly_m2m_tokens", Decimal(0), "tokens for machines a month")


def user_pool(scope: Scope) -> Iterator[Charge]:
    """Users of the pool's tier, federated users, and tokens of machines."""
    tier = scope.text("userPoolTier", "ESSENTIALS").lower()
    yield scope.use("Monthly active users", ("cognito", f"{tier}_mau"), scope.usage(USERS), Driver.EVENTS)
    for key, item, price in (
        (FEDERATED, "Federated users", "federated_mau"),
        (TOKENS, "Tokens for machines", "m2m_1k_tokens"),
    ):
        used = scope.usage(key)
        if used.amount.worst:
            yield scope.use(item, ("cognito", price), used, Driver.EVENTS)


PRICERS: Final = {
    tokens.USER_POOL[0]: Pricer(user_pool, twins=("aws_cognito_user_pool",), usage=(USERS, FEDERATED, TOKENS))
}
