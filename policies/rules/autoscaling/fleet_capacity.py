"""The fleet that takes the traffic has somebody to answer, and room to grow."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER_RULE, SCALING_GROUP, TARGET_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import mappings, number
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import expected_here


def check(context: Context) -> Iterator[Problem]:
    """A fleet behind a target group with weight has an instance at least, and one more to add."""
    if not expected_here(context):
        return
    for group in weighted(context):
        for fleet in context.pointing_at(group, "targetGroupArns", *SCALING_GROUP):
            least, most = number(fleet.get("minSize")), number(fleet.get("maxSize"))
            if least is not None and least < 1:
                yield Problem(
                    f"minSize is {least}, and {group.name} gets the traffic; give 1 or more", "minSize", fleet
                )
            if least is not None and most is not None and most <= least:
                yield Problem(
                    f"maxSize is {most} and minSize {least}, so a spike adds nobody; give more", "maxSize", fleet
                )
    yield from spot_problems(context)


def weighted(context: Context) -> list[Resource]:
    """Target groups to which a listener rule sends traffic by its declared weights, each once."""
    found: dict[str, Resource] = {}
    for rule in context.graph.of_type(*LISTENER_RULE):
        own = {
            one.get("arn"): number(one.get("weight"))
            for action in mappings(rule.get("actions"))
            for forward in mappings(action.get("forward"))
            for one in mappings(forward.get("targetGroups"))
            if one.get("weight") is not UNKNOWN
        }
        for group in context.graph.referenced(rule, "actions[*].forward.targetGroups[*].arn", *TARGET_GROUP):
            if (own.get(group.outputs.get("arn")) or 0) > 0:
                found[group.urn] = group
    return list(found.values())


def spot_problems(context: Context) -> Iterator[Problem]:
    """Spot instances that are taken sooner, or never had."""
    for fleet in context.graph.of_type(*SCALING_GROUP):
        path = "mixedInstancesPolicy.instancesDistribution"
        share = number(fleet.get(f"{path}.onDemandPercentageAboveBaseCapacity"))
        strategy = fleet.get(f"{path}.spotAllocationStrategy")
        if share is not None and share < 100 and strategy in (None, "lowest-price"):
            yield Problem(
                f"{path}.spotAllocationStrategy is lowest-price, whose instances are taken first; set "
                "price-capacity-optimized or capacity-optimized-prioritized",
                f"{path}.spotAllocationStrategy",
                fleet,
            )
        bid = number(fleet.get(f"{path}.spotMaxPrice"))
        if bid is not None and bid <= LEAST_BID_USD:
            yield Problem(
                f"{path}.spotMaxPrice is {bid}, for which no instance is had; give the on-demand price, or leave it "
                "out",
                f"{path}.spotMaxPrice",
                fleet,
            )


LEAST_BID_USD: Final = Decimal("0.0005")
"""Below every spot price of the smallest instance in the catalogue (cost/prices, ec2_spot)."""


def _stack(least: int) -> dict[str, Any]:
    groups = [{"arn": "arn:stable", "weight": 100}]
    return {
        "root": (ROOT_TYPE, {}),
        "read": (LISTENER_RULE[0], {"actions": [{"type": "forward", "forward": {"targetGroups": groups}}]}),
        "stable": (TARGET_GROUP[0], {}),
        "fleet": (SCALING_GROUP[0], {"targetGroupArns": ["arn:stable"], "minSize": least, "maxSize": 2}),
    }


RULE = Rule(
    id="reliability-fleet-capacity",
    title="The fleet that takes the traffic has somebody to answer, and room to grow",
    severity=Severity.HIGH,
    why="A fleet of none answers nobody until it has scaled, and one at its maximum never scales.",
    fix="Set minSize to 1 or more and maxSize above it; let spot be chosen by capacity.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/allocation-strategies.html",
    check_stack=check,
    passing=_stack(1),
    failing=_stack(0),
)
