"""Every alarm tells somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import COMPOSITE_ALARM, METRIC_ALARM
from deployment.unknown import UNKNOWN
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An alarm does something when it goes off."""
    yield from must_be("actionsEnabled", True, None).check(resource, context)
    actions = resource.get("alarmActions")
    if actions is not UNKNOWN and is_absent(actions):
        yield Problem("alarmActions is not set; give the ARN of the alert topic", "alarmActions")


RULE = Rule(
    id="observability-alarms-act",
    title="Every alarm tells somebody",
    severity=Severity.HIGH,
    why="An alarm without an action is a light in an empty room.",
    fix="Set alarmActions to the alert topic, and leave actionsEnabled on.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-15",
    frameworks=("checkov:CKV_AWS_319",),
    types=(*METRIC_ALARM, *COMPOSITE_ALARM),
    check=check,
    passing={"alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:topic"]})},
    failing={"alarm": (METRIC_ALARM[0], {"alarmActions": ["arn:topic"], "actionsEnabled": False})},
)
