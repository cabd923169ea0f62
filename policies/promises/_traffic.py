"""Where requests go: the target groups that listener rules forward to, and the fleets behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployment.graph import Resource
from deployment.tokens import LISTENER, LISTENER_RULE, SCALING_GROUP, TARGET_GROUP
from policies.checks import mappings
from policies.context import Context


def actions_of(resource: Resource) -> list[Mapping[str, Any]]:
    """Actions of a listener rule, or the default ones of a listener."""
    return mappings(resource.get("defaultActions" if resource.type in LISTENER else "actions"))


def target_groups(context: Context) -> tuple[Resource, ...]:
    """Target groups of the stack that requests are forwarded to, whatever the weights are now."""
    return context.once(_target_groups)


def _target_groups(context: Context) -> tuple[Resource, ...]:
    found: dict[str, Resource] = {}
    for resource in context.graph.of_type(*LISTENER, *LISTENER_RULE):
        path = "defaultActions" if resource.type in LISTENER else "actions"
        for place in (f"{path}[*].forward.targetGroups[*].arn", f"{path}[*].targetGroupArn"):
            for group in context.graph.referenced(resource, place, *TARGET_GROUP):
                found[group.urn] = group
    return tuple(found.values())


def fleets_behind(group: Resource, context: Context) -> tuple[Resource, ...]:
    """Scaling groups that register with a target group."""
    return tuple(context.pointing_at(group, "targetGroupArns", *SCALING_GROUP))


def serving_fleets(context: Context) -> tuple[Resource, ...]:
    """Scaling groups that requests come to, each once."""
    found = {fleet.urn: fleet for group in target_groups(context) for fleet in fleets_behind(group, context)}
    return tuple(found.values())
