"""Single list prices, for rules that hold a limit against them."""

from __future__ import annotations

from decimal import Decimal

from deployment.errors import InputError
from deployment.tokens import PROVIDER
from policies.context import Context


def price_of(context: Context, service: str, key: str) -> Decimal | None:
    """US dollars for one unit in the stack's Region; None where the catalogue has no verified price."""
    from cost.catalogue import Catalogue, MissingPrice  # read only when a price is asked for

    declared = (context.cost_basis or {}).get("region")
    regions = [declared, *(one.get("region") for one in context.graph.of_type(PROVIDER)), context.region]
    region = next((one for one in regions if isinstance(one, str)), None)
    if region is None:
        return None
    try:
        return Catalogue(region).price(service, key).usd
    except (InputError, MissingPrice):
        return None
