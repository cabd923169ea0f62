"""Scaling groups launch from a launch template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A scaling group launches from a launch template."""
    if is_absent(resource.get("launchTemplate")) and is_absent(resource.get("mixedInstancesPolicy.launchTemplate")):
        yield Problem(
            "neither launchTemplate nor mixedInstancesPolicy.launchTemplate is set; give one", "launchTemplate"
        )
    if not is_absent(resource.get("launchConfiguration")):
        yield Problem(
            "launchConfiguration is set; AWS no longer develops it, use launchTemplate", "launchConfiguration"
        )


RULE = Rule(
    id="compute-group-launch-template",
    title="Scaling groups launch from a launch template",
    severity=Severity.MEDIUM,
    why=("Launch configurations lack IMDSv2 defaults, mixed types and versions, and new accounts can't make them."),
    fix="Set mixedInstancesPolicy.launchTemplate or launchTemplate.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-9",
    frameworks=("checkov:CKV_AWS_315", "fsbp:AutoScaling.9"),
    types=SCALING_GROUP,
    check=check,
    passing={"fleet": (SCALING_GROUP[0], {"launchTemplate": {"id": "id:template"}})},
    failing={"fleet": (SCALING_GROUP[0], {"launchConfiguration": "old"})},
)
