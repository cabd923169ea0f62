"""How a rollout step is judged, and the ways out of a rollout."""

from __future__ import annotations

from collections.abc import Mapping

from components.rollout.entry import ALONE
from components.rollout.plan import SAME_COUNTERS, TIMEOUT_SECONDS, RolloutPlan, notice, set_and_verify
from components.workflow.states import State, call, choose, fail, publish, put, succeed, when


def judge(plan: RolloutPlan) -> dict[str, State]:
    """States that decide on a step whose time is over."""
    return {
        "Read samples": _metric(plan, "SampleCount", "$.samples", "Read latency"),
        "Read latency": _metric(plan, "p95", "$.latency", "Judge"),
        "Judge": choose(
            {
                "Or": [
                    {"Not": {"Variable": "$.samples.values[0]", "IsPresent": True}},
                    {"Variable": "$.samples.values[0]", "NumericLessThan": plan.minimum_samples},
                ],
                "Next": "Count unclear",
            },
            {
                "And": [
                    {"Variable": "$.latency.values[0]", "IsPresent": True},
                    {"Variable": "$.latency.values[0]", "IsNumeric": True},
                    {"Variable": "$.latency.values[0]", "NumericGreaterThan": plan.p95_threshold_ms / 1000},
                ],
                "Next": "Because of latency",
            },
            otherwise="Next step",
        ),
        "Count unclear": put(
            {**SAME_COUNTERS, "since.$": "$.progress.since", "unclear.$": "States.MathAdd($.progress.unclear, 1)"},
            "$.progress",
            then="Is unclear for too long",
        ),
        "Is unclear for too long": choose(
            when("$.progress.unclear", "NumericGreaterThan", plan.unclear_polls_max, "Because of doubt"),
            otherwise="Watch",
        ),
        "Next step": put(
            {"index.$": "States.MathAdd($.progress.index, 1)", "healthChecks": 0, "polls": 0, "unclear": 0},
            "$.progress",
            then="Take step",
        ),
    }


def _metric(plan: RolloutPlan, statistic: str, at: str, then: str) -> State:
    """Response time of the canary since the step began.

    CloudWatch cuts periods from the start time on. One that is longer than any execution gives one value over
    the whole step, whatever holds and windows added to it; a shorter one would judge the last minutes alone.
    """
    return call(
        "cloudwatch",
        "getMetricData",
        {
            "StartTime.$": "$.progress.since",
            "EndTime.$": "$$.State.EnteredTime",
            "ScanBy": "TimestampDescending",
            "MetricDataQueries": [
                {
                    "Id": "canary",
                    "ReturnData": True,
                    "MetricStat": {
                        "Stat": statistic,
                        "Period": TIMEOUT_SECONDS,
                        "Metric": {
                            "Namespace": "AWS/ApplicationELB",
                            "MetricName": "TargetResponseTime",
                            "Dimensions": [
                                {"Name": "TargetGroup", "Value": plan.target_group_suffixes["canary"]},
                                {"Name": "LoadBalancer", "Value": plan.load_balancer_suffix},
                            ],
                        },
                    },
                }
            ],
        },
        keep={"values.$": "$.MetricDataResults[0].Values"},
        at=at,
        then=then,
        on_error="Because of error",
    )


REASONS: Mapping[str, str] = {
    "abort": "somebody aborted the rollout",
    "alarm": "an alarm of the canary is on",
    "missing alarm": "an alarm of the canary is missing",
    "doubt": "too few requests for a verdict",
    "error": "a call to AWS failed",
    "health": "the canaries did not become healthy",
    "latency": "the 95th percentile over the whole step is too high",
}
"""Short name -> why a rollout was rolled back."""


def roll_back(plan: RolloutPlan) -> dict[str, State]:
    """States that give everything back to the stable fleet."""
    because = {
        f"Because of {name}": put({"reason": text}, "$.outcome", then="Switch flag off")
        for name, text in REASONS.items()
    }
    return {
        **because,
        # Kill switch first: it acts at once and needs nothing else to work.
        "Switch flag off": call(
            "appconfig",
            "startDeployment",
            {**plan.flag, "ConfigurationVersion": plan.flag_off_version},
            then="Set weights back",
            on_error="Set weights back",
        ),
        "Set weights back": set_and_verify(plan, "back", "$.plan.back", then="Empty canary", on_error="Announce stuck"),
        "Empty canary": plan.sizing.empty_canary(then="Is control needed"),
        # An abort that another execution has yet to read stays.
        "Is control needed": choose({"Not": ALONE, "Next": "Announce rollback"}, otherwise="Reset control"),
        "Reset control": call(
            "ssm",
            "putParameter",
            {"Name": plan.control_parameter, "Value": "run", "Overwrite": True},
            then="Announce rollback",
            on_error="Announce rollback",
        ),
        "Announce rollback": publish(
            plan.topic_arn,
            "Plant API rollout: rolled back",
            notice(plan, "rolled-back", {"percent": 0, "reason.$": "$.outcome.reason"}),
            then="Rolled back",
        ),
        "Rolled back": fail("RolledBack", "the stable fleet answers all requests; the notice says why"),
        "Announce stuck": publish(
            plan.topic_arn,
            "Plant API rollout: ROLLBACK FAILED, set the weights by hand",
            notice(plan, "stuck", {"reason.$": "$.outcome.reason"}),
            then="Stuck",
        ),
        "Stuck": fail("RollbackFailed", "the weights could not be set back"),
    }


def settle(plan: RolloutPlan) -> dict[str, State]:
    """After a finished rollout and the stable fleet's update: give the traffic back, with the flag still on."""
    return {
        "Settle weights": set_and_verify(
            plan, "to settle", "$.plan.back", then="Empty settled canary", on_error="Because of error"
        ),
        "Empty settled canary": plan.sizing.empty_canary(then="Announce settled"),
        "Announce settled": publish(
            plan.topic_arn, "Plant API rollout: settled", notice(plan, "settled", {"percent": 0}), then="Settled"
        ),
        "Settled": succeed(),
    }
