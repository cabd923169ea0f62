"""For which hosts and paths the listener rules of a stack are."""

from __future__ import annotations

from typing import Final

from deployment.graph import Resource
from deployment.tokens import LISTENER_RULE
from policies.checks import mappings, strings
from policies.context import Context

HOST: Final = "hostHeader"


def values_of(rule: Resource, place: str) -> frozenset[str]:
    """Values of the conditions of one kind; nothing for one that matches everything."""
    found = {
        value
        for condition in mappings(rule.get("conditions"))
        for one in mappings(condition.get(place))
        for value in strings(one.get("values"))
    }
    return frozenset(found) if all(value.strip("*?/") for value in found) else frozenset()


def hosts_of_stack(context: Context) -> set[str]:
    """Hosts that the listener rules of the stack are for."""
    return {host for rule in context.graph.of_type(*LISTENER_RULE) for host in values_of(rule, HOST)}
