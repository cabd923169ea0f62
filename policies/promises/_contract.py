"""The limits that the stack publishes for its application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployment.graph import Resource
from deployment.tokens import PARAMETER
from policies.context import Context
from policies.rules._documents import parse_json


def contracts(context: Context) -> list[tuple[Resource, Mapping[str, Any]]]:
    """Parameters that publish a response budget, with the limits in them."""
    found = []
    for parameter in context.graph.of_type(*PARAMETER):
        value = parameter.get("insecureValue") or parameter.get("value")
        limits = parse_json(value) if isinstance(value, str) else None
        if isinstance(limits, Mapping) and "response_budget_ms" in limits:
            found.append((parameter, limits))
    return found


def limits_of(context: Context) -> Mapping[str, Any]:
    """Limits of the stack's contract; none where it publishes none."""
    return context.once(_limits)


def _limits(context: Context) -> Mapping[str, Any]:
    found = contracts(context)
    return found[0][1] if found else {}
