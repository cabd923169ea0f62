"""How a rollout step is judged, and the ways out of a rollout."""

from __future__ import annotations

from collections.abc import Mapping

from components.observability.service_alarms import UNANSWERED_PERCENT_MAX
from components.rollout.entry import ALONE, ENDED
from components.rollout.plan import SAME_COUNTERS, TIMEOUT_SECONDS, RolloutPlan, healthy, notice, set_and_verify
from components.rollout.progress import forget
from components.rollout.sizing import SIZE_BEFORE, STABLE_SIZE
from components.workflow.states import (
    State,
    call,
    choose,
    fail,
    parameter_value,
    publish,
    put,
    succeed,
    wait,
    when,
)

FAILURES_LEAST = 3
"""So many requests have to fail before their share says something. Where one in a thousand does, the first hundred hold
one or more in 10 of 100 rollouts, and three or more in 2 of 10,000 (binomial distribution)."""
UNSETTLED = "NotSettled"
"""Error of a settling that left everything as it was; no reason to roll anything back."""
STABLE_CHECK_SECONDS = 30
STABLE_CHECKS_MAX = 10
"""Five minutes for a stable fleet that has shrunk to come up again; then what is healthy of it has to do."""


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
            "MetricDataQueries": [{**_query(plan, "TargetResponseTime", statistic, "canary"), "ReturnData": True}],
        },
        keep={"values.$": "$.MetricDataResults[0].Values"},
        at=at,
        then=then,
        on_error="Because of error",
    )


def _query(plan: RolloutPlan, metric: str, statistic: str, identifier: str) -> dict[str, object]:
    return {
        "Id": identifier,
        "MetricStat": {
            "Stat": statistic,
            "Period": TIMEOUT_SECONDS,
            "Metric": {
                "Namespace": "AWS/ApplicationELB",
                "MetricName": metric,
                "Dimensions": [
                    {"Name": "TargetGroup", "Value": plan.target_group_suffixes["canary"]},
                    {"Name": "LoadBalancer", "Value": plan.load_balancer_suffix},
                ],
            },
        },
    }


UNANSWERED_LEAST_REQUESTS = 100
"""From so many requests on a share of them without an answer says something."""
COUNTED: Mapping[str, str] = {
    "requests": "RequestCount",
    "good": "HTTPCode_Target_2XX_Count",
    "moved": "HTTPCode_Target_3XX_Count",
    "denied": "HTTPCode_Target_4XX_Count",
    "errors": "HTTPCode_Target_5XX_Count",
    "refused": "TargetConnectionErrorCount",
}
"""What is counted of the canary's target group, by metric."""


def failures(plan: RolloutPlan, *, then: str) -> dict[str, State]:
    """States of each look that count what failed since the step began: server errors, refused connections, silence.

    Where a target closes a connection or lets it time out, the load balancer answers 502 or 504, which it counts for
    itself alone and not by target group. What it sent to the canary's group is counted there all the same (Elastic Load
    Balancing user guide, "CloudWatch metrics for your Application Load Balancer", 2026-11), so what lacks among the
    answers tells of it.
    """
    # Sums with what has a value: whether FILL makes a datapoint where a metric has none at all, no document tells.
    count = "(SUM([requests, errors, refused]) - requests)"
    failed = f"IF({count} >= {FAILURES_LEAST}, 100 * {count} / requests, 0)"
    rest = "100 * (2 * requests - SUM([requests, good, moved, denied])) / requests"
    unanswered = "100 * (2 * requests - SUM([requests, good, moved, denied, errors])) / requests"
    silent = f"(requests >= {UNANSWERED_LEAST_REQUESTS}) && ({unanswered} > {UNANSWERED_PERCENT_MAX})"
    return {
        "Read failures": call(
            "cloudwatch",
            "getMetricData",
            {
                "StartTime.$": "$.progress.since",
                "EndTime.$": "$$.State.EnteredTime",
                "MetricDataQueries": [
                    {"Id": "ratio", "Expression": f"IF({silent}, {rest}, {failed})"},
                    *({**_query(plan, metric, "Sum", name), "ReturnData": False} for name, metric in COUNTED.items()),
                ],
            },
            keep={"values.$": "$.MetricDataResults[0].Values"},
            at="$.failures",
            then="Do too many fail",
            on_error="Because of error",
        ),
        "Do too many fail": choose(
            {
                "And": [
                    {"Variable": "$.failures.values[0]", "IsPresent": True},
                    {"Variable": "$.failures.values[0]", "NumericGreaterThan": plan.failure_percent_max},
                ],
                "Next": "Because of failures",
            },
            otherwise=then,
        ),
    }


REASONS: Mapping[str, str] = {
    "abort": "somebody aborted the rollout",
    "alarm": "an alarm of the canary is on",
    "another execution": "another execution ended it",
    "missing alarm": "an alarm of the canary is missing",
    "death": "no canary is healthy",
    "doubt": "too few requests for a verdict",
    "error": "a call to AWS failed",
    "failures": "too many requests to the canary fail",
    "health": "the canaries did not become healthy",
    "latency": "the 95th percentile over the whole step is too high",
}
"""Short name -> why a rollout was rolled back."""


def roll_back(plan: RolloutPlan) -> dict[str, State]:
    """States that give everything back to the stable fleet, as it was before."""
    kept = plan.progress_parameter
    because = {
        f"Because of {name}": put({"reason": text}, "$.outcome", then="Read before") for name, text in REASONS.items()
    }
    return {
        **because,
        "Read before": parameter_value(
            plan.before_parameter, at="$.stored", then="Is before known", on_error="Switch flag off"
        ),
        # What is no JSON would end the execution at the next state, and the rollback with it.
        "Is before known": choose(
            when("$.stored.value", "StringMatches", '{*"flagVersion":"*"*}', "Understand before"),
            otherwise="Switch flag off",
        ),
        "Understand before": {
            "Type": "Pass",
            "Parameters": {"before.$": "States.StringToJson($.stored.value)"},
            "ResultPath": "$.read",
            "Next": "Take over before",
        },
        "Take over before": {
            "Type": "Pass",
            "InputPath": "$.read.before",
            "ResultPath": "$.before",
            "Next": "Restore flag",
        },
        # The switch first: it acts at once and needs nothing else to work.
        "Restore flag": _switch(plan, {"ConfigurationVersion.$": "$.before.flagVersion"}, then="Read stable to grow"),
        "Switch flag off": _switch(plan, {"ConfigurationVersion": plan.flag_off_version}, then="Begin stable checks"),
        # A fleet that grew meanwhile, as in the spike that set off the alarm, is not made smaller.
        "Read stable to grow": plan.sizing.read_stable(then="Has stable shrunk", on_error="Grow stable"),
        "Has stable shrunk": choose(
            {"Variable": STABLE_SIZE, "NumericLessThanPath": SIZE_BEFORE, "Next": "Grow stable"},
            otherwise="Begin stable checks",
        ),
        "Grow stable": plan.sizing.grow_stable(then="Begin stable checks"),
        **_stable_ready(plan, then="Set weights back"),
        "Set weights back": set_and_verify(plan, "back", "$.plan.back", then="Empty canary", on_error="Announce stuck"),
        "Empty canary": plan.sizing.empty_canary(then="Forget what was tried" if kept else "Read stable to release"),
        **({"Forget what was tried": forget(kept, then="Read stable to release")} if kept else {}),
        "Read stable to release": plan.sizing.read_stable(then="Release stable", on_error="Is this the rollout"),
        "Release stable": plan.sizing.release_stable(then="Is this the rollout"),
        # One that was started to end a rollout says so at once; the rollout itself then has nothing to add.
        "Is this the rollout": choose(
            {"Variable": "$.action", "IsPresent": True, "Next": "Is control needed"}, otherwise="Read last word"
        ),
        "Read last word": parameter_value(
            plan.control_parameter, at="$.control", then="Is it announced", on_error="Is control needed"
        ),
        "Is it announced": choose(
            when("$.control.value", "StringEquals", ENDED, "Take note of end"), otherwise="Is control needed"
        ),
        "Take note of end": call(
            "ssm",
            "putParameter",
            {"Name": plan.control_parameter, "Value": "run", "Overwrite": True},
            then="Rolled back",
            on_error="Rolled back",
        ),
        # An abort that another execution has yet to read stays.
        "Is control needed": choose({"Not": ALONE, "Next": "Is flag back"}, otherwise="Reset control"),
        "Reset control": call(
            "ssm",
            "putParameter",
            {"Name": plan.control_parameter, "Value": "run", "Overwrite": True},
            then="Is flag back",
            on_error="Is flag back",
        ),
        "Is flag back": choose(
            {"Variable": FLAG_ERROR, "IsPresent": True, "Next": "Announce flag"}, otherwise="Announce rollback"
        ),
        "Announce flag": publish(
            plan.operator_topic_arn,
            "Plant API rollout: rolled back, BUT NOT THE FLAG, deploy its earlier version by hand",
            notice(plan, "rolled-back", {"percent": 0, "reason.$": "$.outcome.reason", "flag": "not restored"}),
            then="Rolled back",
        ),
        "Announce rollback": publish(
            plan.operator_topic_arn,
            "Plant API rollout: rolled back",
            notice(plan, "rolled-back", {"percent": 0, "reason.$": "$.outcome.reason"}),
            then="Rolled back",
        ),
        "Rolled back": fail("RolledBack", "the stable fleet answers all requests; the notice says why"),
        "Announce stuck": publish(
            plan.operator_topic_arn,
            "Plant API rollout: ROLLBACK FAILED, set the weights by hand",
            notice(plan, "stuck", {"reason.$": "$.outcome.reason"}),
            then="Stuck",
        ),
        "Stuck": fail("RollbackFailed", "the weights could not be set back, or the stable fleet has no healthy target"),
    }


FLAG_ERROR = "$.flagError"
"""Where it is kept that the flag could not be set back: AppConfig refuses while a deployment that somebody began by
hand goes on (API reference, StartDeployment, ConflictException)."""


def _switch(plan: RolloutPlan, version: Mapping[str, object], *, then: str) -> State:
    """Deploy a version of the flag; traffic goes back whether or not that works."""
    state = call("appconfig", "startDeployment", {**plan.flag, **version}, then=then)
    return {**state, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": FLAG_ERROR, "Next": then}]}


def _stable_ready(plan: RolloutPlan, *, then: str) -> dict[str, State]:
    """Wait until all of the stable fleet's targets are healthy; after a while one is enough, and none is too few.

    All are as many as there were before; where nothing holds them, as many as there are to be by now.
    """
    first, size = "Read health of stable", SIZE_BEFORE
    read: dict[str, State] = {}
    if not plan.sizing.holds_stable:
        read = {"Read stable to wait": plan.sizing.read_stable(then=first, on_error=first)}
        first, size = "Read stable to wait", STABLE_SIZE
    return {
        "Begin stable checks": put({"count": 0}, "$.checks", then=first),
        **read,
        **healthy(plan, "stable", "of stable", then="Is stable whole", or_else="Is stable waited for", on_error=then),
        "Is stable whole": choose(
            {
                "And": [
                    {"Variable": "$.targets.kinds[1]", "IsPresent": False},
                    {
                        "Or": [
                            {"Not": {"Variable": size, "IsPresent": True}},
                            {"Variable": "$.targets.count", "NumericGreaterThanEqualsPath": size},
                        ]
                    },
                ],
                "Next": then,
            },
            when("$.checks.count", "NumericGreaterThanEquals", STABLE_CHECKS_MAX, then),
            otherwise="Let stable start",
        ),
        "Is stable waited for": choose(
            when("$.checks.count", "NumericGreaterThanEquals", STABLE_CHECKS_MAX, "Announce stuck"),
            otherwise="Let stable start",
        ),
        "Let stable start": wait(STABLE_CHECK_SECONDS, then="Count stable check"),
        "Count stable check": put({"count.$": "States.MathAdd($.checks.count, 1)"}, "$.checks", then=first),
    }


def settle(plan: RolloutPlan) -> dict[str, State]:
    """After a finished rollout and the stable fleet's update: give the traffic back, with the flag still on."""
    return {
        **healthy(
            plan,
            "stable",
            "before settling",
            then="Settle weights",
            or_else="Announce unfit",
            on_error="Announce unfit",
        ),
        "Announce unfit": publish(
            plan.operator_topic_arn,
            "Plant API rollout: not settled, the stable fleet has no healthy target",
            notice(plan, "unsettled", {}),
            then="Unsettled",
        ),
        "Unsettled": fail(UNSETTLED, "the stable fleet has no healthy target; the canary answers on"),
        "Settle weights": set_and_verify(
            plan, "to settle", "$.plan.back", then="Empty settled canary", on_error="Because of error"
        ),
        "Empty settled canary": plan.sizing.empty_canary(then="Read settled stable"),
        "Read settled stable": plan.sizing.read_stable(then="Release settled stable", on_error="Announce settled"),
        "Release settled stable": plan.sizing.release_stable(then="Announce settled"),
        "Announce settled": publish(
            plan.topic_arn, "Plant API rollout: settled", notice(plan, "settled", {"percent": 0}), then="Settled"
        ),
        "Settled": succeed(),
    }
