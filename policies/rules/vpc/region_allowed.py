"""Everything is in an allowed Region."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from deployment.tokens import PROVIDER, ROLE_POLICY
from policies.checks import is_absent
from policies.context import ROOT_TYPE, Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._grants import POLICY_HOLDERS, grants
from policies.settings import PackConfig, PackSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """The stack, every resource and every policy that names a Region, is in an allowed one."""
    allowed = context.config.settings.allowed_regions
    if not allowed:
        return
    declared = (context.cost_basis or {}).get("region")
    if isinstance(declared, str) and declared not in allowed:
        yield Problem(f"the stack is in {declared}; allowed: {', '.join(allowed)}")
    for resource in context.graph:
        if "region" not in resource.inputs and resource.type != PROVIDER:
            continue  # as nearly all
        if resource.package == "aws" or resource.type == PROVIDER:
            region = resource.inputs.get("region")
            if isinstance(region, str) and region not in allowed:
                yield Problem(f"region is {region}; allowed: {', '.join(allowed)}", "region", resource)
            elif resource.type == PROVIDER and is_absent(region):
                yield Problem(
                    f"region is not set, so the environment decides; set {', '.join(allowed)}", "region", resource
                )
    for holder in context.graph.of_type(*POLICY_HOLDERS):
        for grant in grants(holder, context):
            elsewhere = set(grant.statement.condition_values("aws:RequestedRegion")) - set(allowed)
            if elsewhere:
                yield Problem(
                    f"{grant.path} allows calls in {', '.join(sorted(elsewhere))}; allowed: {', '.join(allowed)}",
                    grant.path,
                    holder,
                )


def _calling(region: str) -> str:
    condition = {"StringEquals": {"aws:RequestedRegion": region}}
    statement = {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*", "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


RULE = Rule(
    id="network-region-allowed",
    title="Everything is in an allowed Region",
    severity=Severity.HIGH,
    risk=Risk.CONFIGURED,
    why="Data leaves its jurisdiction, and prices and limits differ, where nobody looks.",
    fix="Set aws:region to one of pack-settings.allowedRegions.",
    source="docs/policies.md, pack configuration",
    check_stack=check,
    passing={"provider": (PROVIDER, {"region": "us-east-1"})},
    failing={"provider": (PROVIDER, {"region": "eu-north-1"})},
    example_config=PackConfig(PackSettings(allowed_regions=("us-east-1",))),
    also_failing=(
        {"root": (ROOT_TYPE, {"costBasis": {"region": "eu-north-1"}})},
        {"provider": (PROVIDER, {})},
        {"policy": (ROLE_POLICY[0], {"policy": _calling("eu-north-1")})},
    ),
)
