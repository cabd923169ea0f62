"""Instance refreshes stop on alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE, SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.table import must_have

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE_PATHS = ("launchTemplate", "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification")
"""Where a group names its launch template."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An instance refresh stops when an alarm goes off, and asks for no rollback that AWS refuses."""
    refresh = resource.get("instanceRefresh")
    if refresh is UNKNOWN:
        yield undecided("instanceRefresh")
        return
    if is_absent(refresh):
        yield Problem(
            "instanceRefresh is not set, so a new template reaches no instance; give strategy Rolling",
            "instanceRefresh",
        )
        return
    yield from must_have("instanceRefresh.preferences.alarmSpecification.alarms", "the alarms that stop it").check(
        resource, context
    )
    if resource.get("instanceRefresh.preferences.autoRollback") is True and image_is_parameter(resource, context):
        yield Problem(
            "instanceRefresh.preferences.autoRollback is true, and the image is a Parameter Store parameter: AWS"
            " refuses such a refresh; set it to false, or give an AMI id",
            "instanceRefresh.preferences.autoRollback",
        )


def image_is_parameter(group: Resource, context: Context) -> bool:
    """True when a launch template of `group` names its image as ``resolve:ssm:…``."""
    return any(
        str(template.get("imageId")).startswith("resolve:ssm:")
        for path in TEMPLATE_PATHS
        for template in context.graph.referenced(group, path, *LAUNCH_TEMPLATE)
    )


RULE = Rule(
    id="rollout-refresh-stops-on-alarm",
    title="Instance refreshes stop on alarm",
    severity=Severity.HIGH,
    why="A bad image would otherwise replace every instance before anybody looks.",
    fix=(
        "Set instanceRefresh.preferences.alarmSpecification.alarms to the p95 and error alarms; autoRollback only "
        "with an AMI id as the image."
    ),
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html",
    types=SCALING_GROUP,
    check=check,
    passing={
        "fleet": (
            SCALING_GROUP[0],
            {
                "instanceRefresh": {
                    "strategy": "Rolling",
                    "preferences": {"autoRollback": True, "alarmSpecification": {"alarms": ["p95"]}},
                }
            },
        )
    },
    failing={
        "fleet": (SCALING_GROUP[0], {"instanceRefresh": {"strategy": "Rolling", "preferences": {}}}),
    },
)
