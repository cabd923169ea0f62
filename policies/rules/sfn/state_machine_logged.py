"""State machines log what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import STATE_MACHINE
from deployment.unknown import UNKNOWN
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.table import must_be, must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A state machine logs what it does, with its data."""
    level = resource.get("loggingConfiguration.level")
    if level is UNKNOWN:
        yield undecided("loggingConfiguration.level")
    elif level in (None, "OFF"):
        yield Problem(
            f"loggingConfiguration.level is {shown(level)}; set it to ERROR or ALL", "loggingConfiguration.level"
        )
    yield from must_be("loggingConfiguration.includeExecutionData", True).check(resource, context)
    yield from must_have("loggingConfiguration.logDestination", "the ARN of a log group followed by :*").check(
        resource, context
    )


RULE = Rule(
    id="logging-state-machine-logged",
    title="State machines log what they do",
    severity=Severity.MEDIUM,
    why="A rollout or a reaper that failed at night must be explainable in the morning.",
    fix="Set loggingConfiguration.level, includeExecutionData and logDestination.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/stepfunctions-controls.html#stepfunctions-1",
    frameworks=("checkov:CKV_AWS_285", "fsbp:StepFunctions.1"),
    types=STATE_MACHINE,
    check=check,
    passing={
        "rollout": (
            STATE_MACHINE[0],
            {"loggingConfiguration": {"level": "ERROR", "includeExecutionData": True, "logDestination": "arn:logs:*"}},
        )
    },
    failing={"rollout": (STATE_MACHINE[0], {"loggingConfiguration": {"level": "OFF"}})},
)
