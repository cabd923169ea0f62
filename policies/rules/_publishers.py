"""Which AWS services publish to a topic of the stack."""

from __future__ import annotations

from typing import Final

from deployment.graph import Resource
from deployment.tokens import BUDGET, COMPOSITE_ALARM, EVENT_TARGET, METRIC_ALARM
from policies.checks import is_absent
from policies.context import Context

SERVICES: Final = {
    **dict.fromkeys((*METRIC_ALARM, *COMPOSITE_ALARM), "cloudwatch"),
    **dict.fromkeys(EVENT_TARGET, "events"),
    **dict.fromkeys(BUDGET, "budgets"),
}
"""Type of a publisher -> its service; a schedule and a state machine publish under a role of their own."""


def publishers(topic: Resource, context: Context) -> dict[str, Resource]:
    """Service -> one resource of it that publishes to `topic`."""
    found: dict[str, Resource] = {}
    for one in context.graph.referrers(topic, *SERVICES):
        if one.type not in EVENT_TARGET or is_absent(one.get("roleArn")):
            found.setdefault(SERVICES[one.type], one)
    return found
