"""AppConfig: polls of every instance, and each configuration that they receive."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver
from cost.fleets import instances_of_graph
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

POLL_SECONDS: Final = 45
"""Seconds between two polls of the AppConfig agent (its default, AppConfig user guide, 2026)."""

CHANGES_PER_ROLLOUT: Final = 4
"""Configurations that one rollout makes: three steps and the flag itself."""

POLLS: Final = UsageKey("monthly_configuration_requests", Decimal(100_000), "polls for configuration a month")
RECEIVED: Final = UsageKey("monthly_configurations_received", Decimal(10), "configurations received a month")


def profile(scope: Scope) -> Iterator[Charge]:
    """Polls by the fleets of the graph while they run, and received configurations."""
    instances = scope.pricing.once(instances_of_graph)
    polls_per_hour = instances * (Decimal(3600) / POLL_SECONDS)
    if scope.pricing.basis.declared and scope.given(POLLS) is None:
        yield scope.charge(
            "Polls for configuration",
            ("appconfig", "million_requests"),
            polls_per_hour,
            Metering.SECONDS,
            usage_based=True,
            driver=Driver.FLEET,
        )
        changes = scope.traffic.rollouts_per_month * CHANGES_PER_ROLLOUT
        sessions = scope.pricing.basis.uptime.sessions
        received = Amount.of(
            instances.floor * sessions,
            instances.expected * (sessions + changes),
            instances.worst * (sessions + changes),
        )
    else:
        yield scope.use("Polls for configuration", ("appconfig", "million_requests"), scope.usage(POLLS), Driver.FLEET)
        received = None
    used = scope.usage(RECEIVED, received)
    yield scope.use("Configurations received", ("appconfig", "configuration_received"), used, Driver.EVENTS)


PRICERS: Final = {
    tokens.APPCONFIG_PROFILE[0]: Pricer(
        profile, twins=("aws_appconfig_configuration_profile",), usage=(POLLS, RECEIVED)
    )
}
