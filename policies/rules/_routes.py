"""Default routes, inline in a table or resources of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.tokens import ROUTE
from policies.checks import is_absent, mappings
from policies.context import Context
from policies.rule import Problem
from policies.table import IT, Condition

WORLD: Final = ("0.0.0.0/0", "::/0")
DESTINATIONS: Final = ("destinationCidrBlock", "cidrBlock", "destinationIpv6CidrBlock", "ipv6CidrBlock")


def no_default_route_to(*targets: str, use: str) -> Condition:
    """No default route leads to one of `targets`; `use` says what to do instead."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        for route in [resource.inputs] if resource.type in ROUTE else mappings(resource.get("routes")):
            found = [target for target in targets if not is_absent(route.get(target))]
            if found and any(route.get(destination) in WORLD for destination in DESTINATIONS):
                yield Problem(f"the default route leads to {found[0]}; {use}", found[0])

    where, to = f"{IT}.destinationCidrBlock", f"{IT}.{targets[0]}"
    return Condition(
        check=check,
        good={where: "10.8.0.0/16", to: "some-id"},
        bad=({where: WORLD[0]},),
    )
