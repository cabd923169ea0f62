"""Systems Manager parameters: standard ones are free, advanced ones are not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge, Driver
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens
from deployment.graph import Resource

STANDARD_BYTES: Final = 4096
"""A longer value needs the advanced tier, which Intelligent-Tiering then chooses."""

INTERACTIONS: Final = UsageKey("monthly_api_interactions", Decimal(10_000), "API interactions a month")


def parameter(scope: Scope) -> Iterator[Charge]:
    """The parameter and its interactions when it is an advanced one; nothing otherwise."""
    tier = scope.text("tier", "Standard")
    if tier == "Advanced" or (tier == "Intelligent-Tiering" and scope.made(_is_long, "value")):
        yield scope.charge("Advanced parameter", ("ssm", "advanced_parameter_month"), ONE, Metering.STANDING)
        yield scope.use("API interactions", ("ssm", "advanced_10k_requests"), scope.usage(INTERACTIONS), Driver.EVENTS)


def _is_long(parameter: Resource, path: str) -> bool:
    value = parameter.get(path)
    return isinstance(value, str) and len(value.encode()) > STANDARD_BYTES


MANAGED: Final = UsageKey("instances", Decimal(0), "advanced machines outside AWS that are managed")


def activation(scope: Scope) -> Iterator[Charge]:
    """Hours of advanced machines outside AWS that an activation registers; standard ones are free."""
    yield from scope.used_where_given(
        "Advanced machines", ("ssm", "advanced_instance_hour"), MANAGED, Metering.FULL_HOURS
    )


PRICERS: Final = {
    tokens.PARAMETER[0]: Pricer(parameter, twins=("aws_ssm_parameter",), usage=(INTERACTIONS,)),
    tokens.MANAGED_NODE_ACTIVATION[0]: Pricer(activation, twins=("aws_ssm_activation",), usage=(MANAGED,)),
}
