"""The canary rollout as a state machine: what happens in which order.

Every step: let maintenance pass, wait for healthy canaries, switch the flag, set the weights and read them
back, then watch. Each look begins with the alarms and the canary's health; then come the control parameter (hold,
promote, abort) and maintenance windows (the clock stops). A step passes once its time is over and enough requests
were measured. Every way out of it but the last step's ends with what was before: the flag's earlier version, and a
healthy stable fleet that answers everything.
"""

from __future__ import annotations

from typing import Any

from components.rollout.entry import ENDED, enter
from components.rollout.plan import (
    SAME_COUNTERS,
    TIMEOUT_SECONDS,
    RolloutPlan,
    healthy,
    hold_polls,
    notice,
    read_alarms,
    set_and_verify,
    weights,
)
from components.rollout.progress import forget, keep
from components.rollout.verdict import failures, judge, roll_back, settle
from components.workflow.states import (
    State,
    call,
    choose,
    machine,
    parameter_value,
    publish,
    put,
    succeed,
    wait,
    when,
)

HEALTH_CHECK_SECONDS = 30
HEALTH_CHECKS_MAX = 40
"""Twenty minutes for the canaries to come up."""


def definition(plan: RolloutPlan) -> dict[str, Any]:
    """The state machine for `plan`."""
    states = {
        **_start(plan),
        **_shift(plan),
        **_watch(plan),
        **judge(plan),
        **roll_back(plan),
        **settle(plan),
    }
    return machine("Canary rollout of the Plant API", "Plan", states, timeout_seconds=TIMEOUT_SECONDS)


def _start(plan: RolloutPlan) -> dict[str, State]:
    last = len(plan.steps) - 1
    steps = [
        {
            "percent": step.percent,
            "flagVersion": step.flag_version,
            "holdPolls": hold_polls(step, plan.poll_seconds),
            "last": index == last,
            "weights": weights(plan, step.percent),
        }
        for index, step in enumerate(plan.steps)
    ]
    return {
        "Plan": {
            "Type": "Pass",
            "Result": {"steps": steps, "back": weights(plan, 0)},
            "ResultPath": "$.plan",
            "Next": "Begin",
        },
        "Begin": put({"index": 0, "healthChecks": 0, "polls": 0, "unclear": 0}, "$.progress", then="List executions"),
        **enter(plan),
        # The canary gets as many instances as the stable fleet has: it ends up with all of the traffic.
        "Read stable size": plan.sizing.read_stable(then="Hold stable", on_error="Announce no start"),
        "Hold stable": plan.sizing.hold_stable(then="Read flag", on_error="Announce no start"),
        **_remember(plan),
        "Size canary": plan.sizing.size_canary(then="Take step", on_error="Because of error"),
    }


def _remember(plan: RolloutPlan) -> dict[str, State]:
    """Keep what a rollback, maybe by another execution, goes back to. Nothing was ever deployed: the flag is off. What
    was stopped, rolled back or reverted is no value that the flag has (AppConfig API reference, DeploymentSummary)."""
    size = "$.stable.size"
    return {
        "Read flag": call(
            "appconfig",
            "listDeployments",
            {key: plan.flag[key] for key in ("ApplicationId", "EnvironmentId")} | {"MaxResults": 50},
            keep={"versions.$": "$.Items[?(@.State == 'COMPLETE')].ConfigurationVersion"},
            at="$.flag",
            then="Was flag deployed",
            on_error="Announce no start",
        ),
        "Was flag deployed": choose(
            {"Variable": "$.flag.versions[0]", "IsPresent": True, "Next": "Remember flag"}, otherwise="Remember off"
        ),
        "Remember flag": put(
            {"flagVersion.$": "$.flag.versions[0]", "stableSize.$": size}, "$.kept", then="Keep before"
        ),
        "Remember off": put({"flagVersion": plan.flag_off_version, "stableSize.$": size}, "$.kept", then="Keep before"),
        "Keep before": call(
            "ssm",
            "putParameter",
            {"Name": plan.before_parameter, "Value.$": "States.JsonToString($.kept)", "Overwrite": True},
            then="Size canary",
            on_error="Announce no start",
        ),
    }


def _shift(plan: RolloutPlan) -> dict[str, State]:
    kept = plan.progress_parameter
    return {
        "Take step": put(
            {"step.$": "States.ArrayGetItem($.plan.steps, $.progress.index)"}, "$.current", then="Let canary start"
        ),
        "Let canary start": wait(HEALTH_CHECK_SECONDS, then="Read alarms before step"),
        **read_alarms(plan, "before step", then="Read window"),
        "Read window": parameter_value(
            plan.maintenance_parameter, at="$.window", then="Is window open", on_error="Because of error"
        ),
        "Is window open": choose(
            when("$.window.value", "StringEquals", "open", "Sit window out"), otherwise="Read targets"
        ),
        "Sit window out": wait(plan.poll_seconds, then="Read alarms before step"),
        "Read targets": call(
            "elasticloadbalancingv2",
            "describeTargetHealth",
            {"TargetGroupArn": plan.target_group_arns["canary"]},
            keep={"states.$": "$.TargetHealthDescriptions[*].TargetHealth.State"},
            at="$.health",
            then="Sum up targets",
            on_error="Because of error",
        ),
        "Sum up targets": put(
            {
                "count.$": "States.ArrayLength($.health.states)",
                "kinds.$": "States.ArrayUnique($.health.states)",
            },
            "$.health",
            then="Is canary healthy",
        ),
        # Instances that are still launching are no targets yet, so the target group alone can't tell.
        "Is canary healthy": choose(
            {
                "And": [
                    {"Variable": "$.health.kinds[0]", "IsPresent": True},
                    {"Variable": "$.health.kinds[0]", "StringEquals": "healthy"},
                    {"Variable": "$.health.kinds[1]", "IsPresent": False},
                    {"Variable": "$.health.count", "NumericGreaterThanEqualsPath": "$.stable.size"},
                ],
                "Next": "Switch flag",
            },
            when("$.progress.healthChecks", "NumericGreaterThanEquals", HEALTH_CHECKS_MAX, "Because of health"),
            otherwise="Count health check",
        ),
        "Count health check": put(
            {**SAME_COUNTERS, "healthChecks.$": "States.MathAdd($.progress.healthChecks, 1)"},
            "$.progress",
            then="Let canary start",
        ),
        "Switch flag": call(
            "appconfig",
            "startDeployment",
            {**plan.flag, "ConfigurationVersion.$": "$.current.step.flagVersion"},
            then="Set weights",
            on_error="Because of error",
        ),
        "Set weights": set_and_verify(
            plan, "for step", "$.current.step.weights", then="Announce step", on_error="Because of error"
        ),
        "Announce step": publish(
            plan.topic_arn,
            "Plant API rollout: next step",
            notice(plan, "step", {"percent.$": "$.current.step.percent"}),
            then="Is last step",
        ),
        "Is last step": choose(
            when("$.current.step.last", "BooleanEquals", True, "Announce end"), otherwise="Start clock"
        ),
        "Announce end": publish(
            plan.topic_arn,
            "Plant API rollout: finished",
            notice(plan, "finished", {"percent.$": "$.current.step.percent"}),
            then="Forget progress" if kept else "Finished",
        ),
        **({"Forget progress": forget(kept, then="Finished")} if kept else {}),
        "Finished": succeed(),
    }


def _watch(plan: RolloutPlan) -> dict[str, State]:
    kept = plan.progress_parameter
    return {
        "Start clock": put(
            {
                "index.$": "$.progress.index",
                "healthChecks": 0,
                "polls.$": "$.progress.polls",
                "unclear": 0,
                "since.$": "$$.State.EnteredTime",
            },
            "$.progress",
            then="Keep begin" if kept else "Watch",
        ),
        **({"Keep begin": keep(kept, then="Watch", on_error="Because of error")} if kept else {}),
        "Watch": wait(plan.poll_seconds, then="Read alarms while watching"),
        # Before control and window: neither a hold, a promotion nor maintenance mutes a rollback.
        **read_alarms(plan, "while watching", then="Read health while watching"),
        # A fleet that is gone is silent, and silence is no alarm: the load balancer itself is asked.
        **healthy(
            plan,
            "canary",
            "while watching",
            then="Read failures",
            or_else="Because of death",
            on_error="Because of error",
        ),
        **failures(plan, then="Read control"),
        "Read control": parameter_value(
            plan.control_parameter, at="$.control", then="Obey", on_error="Because of error"
        ),
        "Obey": choose(
            when("$.control.value", "StringEquals", "abort", "Because of abort"),
            when("$.control.value", "StringEquals", ENDED, "Because of another execution"),
            when("$.control.value", "StringEquals", "promote", "Take note of promotion"),
            when("$.control.value", "StringEquals", "hold", "Watch"),
            otherwise="Read window again",
        ),
        "Take note of promotion": call(
            "ssm",
            "putParameter",
            {"Name": plan.control_parameter, "Value": "run", "Overwrite": True},
            then="Next step",
            on_error="Because of error",
        ),
        "Read window again": parameter_value(
            plan.maintenance_parameter, at="$.window", then="Does clock stop", on_error="Because of error"
        ),
        "Does clock stop": choose(when("$.window.value", "StringEquals", "open", "Watch"), otherwise="Count poll"),
        "Count poll": put(
            {**SAME_COUNTERS, "since.$": "$.progress.since", "polls.$": "States.MathAdd($.progress.polls, 1)"},
            "$.progress",
            then="Keep progress" if kept else "Is time over",
        ),
        **({"Keep progress": keep(kept, then="Is time over", on_error="Because of error")} if kept else {}),
        "Is time over": choose(
            when("$.progress.polls", "NumericLessThanPath", "$.current.step.holdPolls", "Watch"),
            otherwise="Read samples",
        ),
    }
