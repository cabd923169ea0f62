"""How far a rollout is, kept where it outlives what is parked: the next session goes on with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.workflow.states import State, call, choose, parameter_value, put, succeed

NONE = "none"
"""Content of the parameter while no rollout is under way."""


@dataclass(frozen=True, kw_only=True)
class RolloutProgressArgs:
    """Where it is kept."""

    parameter_name: str
    """Name of the parameter."""


class RolloutProgress(pulumi.ComponentResource):
    """Remembers the step of a rollout and the looks that it has taken in it. Creates: parameter."""

    parameter_name: pulumi.Output[str]
    """Name of the parameter."""
    parameter_arn: pulumi.Output[str]
    """Its ARN."""

    def __init__(self, name: str, args: RolloutProgressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:RolloutProgress", name, {}, opts)
        parameter = aws.ssm.Parameter(
            f"{name}-parameter",
            name=args.parameter_name,
            type="String",
            tier="Standard",
            insecure_value=NONE,  # `value` would be hidden as a secret
            allowed_pattern=r"^(none|\{.*\})$",
            description="How far the rollout is that the next session goes on with, or none",
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["insecureValue"]),
        )
        self.parameter_name, self.parameter_arn = parameter.name, parameter.arn
        self.register_outputs({"parameterName": self.parameter_name})


def resume(parameter: Any, step_count: int, *, then: str) -> Mapping[str, State]:
    """States that go on where the parameter says, or end where it says nothing that fits; the first one first."""
    return {
        "Read progress": parameter_value(
            parameter, at="$.kept", then="Is there a rollout to go on with", on_error="Nothing to go on with"
        ),
        "Is there a rollout to go on with": choose(
            {"Variable": "$.kept.value", "StringMatches": '{*"index":*"polls":*}', "Next": "Understand progress"},
            otherwise="Nothing to go on with",
        ),
        "Understand progress": {
            "Type": "Pass",
            "Parameters": {"progress.$": "States.StringToJson($.kept.value)"},
            "ResultPath": "$.kept",
            "Next": "Is step known",
        },
        "Is step known": choose(
            {"Variable": "$.kept.progress.index", "NumericLessThan": step_count, "Next": "Take over progress"},
            otherwise="Nothing to go on with",
        ),
        "Take over progress": put(
            {"index.$": "$.kept.progress.index", "healthChecks": 0, "polls.$": "$.kept.progress.polls", "unclear": 0},
            "$.progress",
            then=then,
        ),
        "Nothing to go on with": succeed(),
    }


def keep(parameter: Any, *, then: str, on_error: str) -> State:
    """Write down how far the rollout is."""
    value = {"Name": parameter, "Value.$": "States.JsonToString($.progress)", "Overwrite": True}
    return call("ssm", "putParameter", value, then=then, on_error=on_error)


def forget(parameter: Any, *, then: str) -> State:
    """There is nothing to go on with any more."""
    return call("ssm", "putParameter", {"Name": parameter, "Value": NONE, "Overwrite": True}, then=then, on_error=then)
