"""What a canary rollout names, and the pieces that its phases share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.rollout.sizing import Sizing
from components.workflow.states import State, call, choose, each, fail, put, succeed, when

TIMEOUT_SECONDS = 30 * 24 * 3600
"""Longest life of an execution, which is then rolled back.

One that is held and forgotten, or sits out a window of days, ends before, and the execution that follows rolls it back:
a look writes 34 entries while held, and Step Functions keeps 25,000 of an execution, which is two and a half days at a
look every 5 minutes.
"""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One share of the traffic."""

    percent: int
    """Share of the requests that the canary answers."""
    hold_seconds: int
    """How long it is watched; 0 for the last."""
    flag_version: Any
    """Version of the flag's configuration for this share."""


@dataclass(frozen=True, kw_only=True)
class RolloutPlan:
    """Everything the state machine names. Values of type Any may be Pulumi outputs."""

    stack: str
    """Stack in the notices."""
    steps: Sequence[Step]
    """Rising shares, the last one 100."""
    poll_seconds: int
    """Time between two looks."""
    unclear_polls_max: int
    """Looks without a verdict before a step is rolled back."""
    minimum_samples: int
    """Requests below which a percentile says nothing."""
    p95_threshold_ms: int
    """95th percentile over a whole step above which it is rolled back."""
    rules: Mapping[Any, Mapping[str, Any]]
    """Route name -> ``arn`` of its listener rule and ``authenticate``, the rule's first action."""
    rule_order: Sequence[str]
    """Route names in the order in which their weights are set."""
    target_group_arns: Mapping[str, Any]
    """Fleet name -> ARN of its target group."""
    target_group_suffixes: Mapping[str, Any]
    """Fleet name -> name of its target group in metrics."""
    load_balancer_suffix: Any
    """Name of the load balancer in metrics."""
    sizing: Sizing
    """How sizes are read and set."""
    alarm_names: Sequence[Any]
    """Alarms that roll back."""
    flag: Mapping[str, Any]
    """ApplicationId, EnvironmentId, ConfigurationProfileId and DeploymentStrategyId of the flag."""
    flag_off_version: Any
    """Version in which the flag is off."""
    control_parameter: Any
    """Parameter with ``run``, ``hold``, ``promote`` or ``abort``."""
    maintenance_parameter: Any
    """Parameter that is ``open`` during a maintenance window."""
    before_parameter: Any
    """Parameter with what a rollback goes back to, as JSON: ``flagVersion`` and ``stableSize``."""
    progress_parameter: Any = None
    """Parameter that keeps how far a rollout is while the stack is parked; None for a stack that never is."""
    failure_percent_max: int
    """Failed requests of all in a step above which it is rolled back."""
    topic_arn: Any
    """Where users are told of progress."""
    operator_topic_arn: Any
    """Where operators are told of failures."""


def weights(plan: RolloutPlan, percent: int) -> list[dict[str, Any]]:
    """What each listener rule is set to when the canary gets `percent`."""
    return [
        {
            "RuleArn": plan.rules[route]["arn"],
            "CanaryWeight": percent,
            "Actions": [
                plan.rules[route]["authenticate"],
                {
                    "Type": "forward",
                    "Order": 2,
                    "ForwardConfig": {
                        "TargetGroups": [
                            {"TargetGroupArn": plan.target_group_arns["stable"], "Weight": 100 - percent},
                            {"TargetGroupArn": plan.target_group_arns["canary"], "Weight": percent},
                        ]
                    },
                },
            ],
        }
        for route in plan.rule_order
    ]


def hold_polls(step: Step, poll_seconds: int) -> int:
    """Looks that a step's hold takes, rounded up so that it is never shorter than declared."""
    return math.ceil(step.hold_seconds / poll_seconds)


def set_and_verify(plan: RolloutPlan, why: str, items_path: str, *, then: str, on_error: str) -> State:
    """Set each rule of `items_path` and read it back: an accepted request is no proof. `why` ends the states' names."""
    live_weight = plan.target_group_arns["canary"]
    states: dict[str, State] = {
        f"Set {why}": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule",
            "Parameters": {"RuleArn.$": "$.RuleArn", "Actions.$": "$.Actions"},
            "ResultPath": None,
            "Next": f"Read back {why}",
        },
        f"Read back {why}": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:elasticloadbalancingv2:describeRules",
            "Parameters": {"RuleArns.$": "States.Array($.RuleArn)"},
            "ResultSelector": {"weights.$": _live_weight_path(live_weight)},
            "ResultPath": "$.live",
            "Next": f"Is set {why}",
        },
        f"Is set {why}": choose(
            {
                "And": [
                    {"Variable": "$.live.weights[0]", "IsPresent": True},
                    {"Variable": "$.live.weights[0]", "NumericEqualsPath": "$.CanaryWeight"},
                ],
                "Next": f"Verified {why}",
            },
            otherwise=f"Not set {why}",
        ),
        f"Verified {why}": succeed(),
        f"Not set {why}": fail("WeightNotSet", "the listener rule does not have the weight that was set"),
    }
    return each(items_path, states, f"Set {why}", then=then, on_error=on_error)


def _live_weight_path(target_group_arn: Any) -> Any:
    return pulumi.Output.concat(
        "$.Rules[0].Actions[?(@.Type=='forward')].ForwardConfig.TargetGroups[?(@.TargetGroupArn=='",
        target_group_arn,
        "')].Weight",
    )


def read_alarms(plan: RolloutPlan, when_read: str, *, then: str) -> dict[str, State]:
    """Roll back when an alarm is on or missing, else go on with `then`; `when_read` ends the states' names."""
    return {
        f"Read alarms {when_read}": call(
            "cloudwatch",
            "describeAlarms",
            {"AlarmNames": list(plan.alarm_names), "AlarmTypes": ["MetricAlarm"]},
            keep={"states.$": "$.MetricAlarms[*].StateValue"},
            at="$.alarms",
            then=f"Sum up alarms {when_read}",
            on_error="Because of error",
        ),
        f"Sum up alarms {when_read}": put(
            {
                "found.$": "States.ArrayLength($.alarms.states)",
                "alarming.$": "States.ArrayContains($.alarms.states, 'ALARM')",
            },
            "$.alarms",
            then=f"Is alarm on {when_read}",
        ),
        # An alarm that somebody deleted can't vouch for anything.
        f"Is alarm on {when_read}": choose(
            when("$.alarms.alarming", "BooleanEquals", True, "Because of alarm"),
            when("$.alarms.found", "NumericLessThan", len(plan.alarm_names), "Because of missing alarm"),
            otherwise=then,
        ),
    }


def healthy(
    plan: RolloutPlan, fleet: str, when_read: str, *, then: str, or_else: str, on_error: str
) -> dict[str, State]:
    """Go on with `then` while a target of `fleet` is healthy, else `or_else`; `when_read` ends the states' names."""
    return {
        f"Read health {when_read}": call(
            "elasticloadbalancingv2",
            "describeTargetHealth",
            {"TargetGroupArn": plan.target_group_arns[fleet]},
            keep={"states.$": "$.TargetHealthDescriptions[*].TargetHealth.State"},
            at="$.targets",
            then=f"Sum up health {when_read}",
            on_error=on_error,
        ),
        f"Sum up health {when_read}": put(
            {
                "any.$": "States.ArrayContains($.targets.states, 'healthy')",
                "count.$": "States.ArrayLength($.targets.states)",
                "kinds.$": "States.ArrayUnique($.targets.states)",
            },
            "$.targets",
            then=f"Is healthy {when_read}",
        ),
        f"Is healthy {when_read}": choose(when("$.targets.any", "BooleanEquals", True, then), otherwise=or_else),
    }


def notice(plan: RolloutPlan, event: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """One announcement; every event of a rollout has this shape."""
    return {"schema": 1, "service": "plant-api", "stack": plan.stack, "event": f"rollout-{event}", **more}


SAME_COUNTERS: Mapping[str, str] = {
    "index.$": "$.progress.index",
    "healthChecks.$": "$.progress.healthChecks",
    "polls.$": "$.progress.polls",
    "unclear.$": "$.progress.unclear",
}
"""The counters as they are; a state overrides the one it counts."""
