"""How an execution of the rollout begins: what it was started for, and whether another one is under way."""

from __future__ import annotations

from typing import Any

from components.rollout.plan import RolloutPlan, notice
from components.rollout.progress import resume
from components.workflow.states import State, call, choose, fail, publish, put, succeed

REFUSED = "AlreadyRunning"
"""Error of an execution that leaves everything to the one that runs; no reason to roll anything back."""

NOT_STARTED = "NotStarted"
"""Error of an execution that a call failed before it could keep what a rollback goes back to: what is kept is the last
rollout's, whose flag and size may be long outdated. Nothing was moved yet, so there is nothing to roll back."""

ENDED = "ended"
"""Word in the control parameter for a rollout that another execution rolls back, and announces as rolled back."""

ALONE = {
    "And": [
        {"Variable": "$.running.count", "IsPresent": True},
        {
            "Or": [
                {"Variable": "$.running.count", "NumericEquals": 0},
                {
                    "And": [
                        {"Variable": "$.running.count", "NumericEquals": 1},
                        {"Variable": "$.running.listed", "BooleanEquals": True},
                    ]
                },
            ]
        },
    ]
}
"""No other execution runs. The list is eventually consistent, so this one may be missing in it."""


def enter(plan: RolloutPlan) -> dict[str, State]:
    """States from the start to what the input asks for: a rollout, or an action, which is ``abort``, ``alarm``,
    ``settle``, or ``resume`` in a stack of sessions.

    Two executions would both write weights, so a rollout and a settling are refused while another one runs. An abort
    never is: it tells the one that runs, and rolls back at once. So does an alarm, which ends a rollout between two
    looks, and is nothing to a stack in which none runs.
    """
    return {
        "List executions": call(
            "sfn",
            "listExecutions",
            {"StateMachineArn.$": "$$.StateMachine.Id", "StatusFilter": "RUNNING", "MaxResults": 2},
            keep={"arns.$": "$.Executions[*].ExecutionArn"},
            at="$.running",
            then="Sum up executions",
            on_error="Which action",
        ),
        "Sum up executions": put(
            {
                "count.$": "States.ArrayLength($.running.arns)",
                "listed.$": "States.ArrayContains($.running.arns, $$.Execution.Id)",
            },
            "$.running",
            then="Which action",
        ),
        "Which action": choose(
            _asks_for("abort", "Tell running rollout"),
            _asks_for("alarm", "Is there a rollout to end"),
            *_resumption(plan),
            {"Not": ALONE, "Next": "Announce refusal"},
            _asks_for("settle", "Read health before settling"),
            otherwise="Read stable size",
        ),
        **(
            resume(plan.progress_parameter, len(plan.steps), then="Read stable size") if plan.progress_parameter else {}
        ),
        "Is there a rollout to end": choose(
            {"Not": ALONE, "Next": "Tell running rollout"}, otherwise="No rollout to end"
        ),
        "Tell running rollout": call(
            "ssm",
            "putParameter",
            {"Name": plan.control_parameter, "Value": ENDED, "Overwrite": True},
            then="Why is it told",
            on_error="Why is it told",
        ),
        "Why is it told": choose(_asks_for("alarm", "Because of alarm"), otherwise="Because of abort"),
        "No rollout to end": succeed(),
        "Announce refusal": publish(
            plan.operator_topic_arn,
            "Plant API rollout: not started, another one is under way",
            notice(plan, "refused", {}),
            then="Refused",
        ),
        "Refused": fail(REFUSED, "another execution runs, or it could not be found out whether one does"),
        "Announce no start": publish(
            plan.operator_topic_arn,
            "Plant API rollout: not started, a call to AWS failed",
            notice(plan, "refused", {}),
            then="Not started",
        ),
        "Not started": fail(NOT_STARTED, "a call to AWS failed before anything was moved"),
    }


def _resumption(plan: RolloutPlan) -> list[dict[str, object]]:
    """A rollout that was parked goes on, unless one runs already."""
    if not plan.progress_parameter:
        return []
    asked = _asks_for("resume", "Read progress")
    return [{"And": [*asked["And"], {"Not": ALONE}], "Next": "Nothing to go on with"}, asked]


def _asks_for(action: str, then: str) -> dict[str, Any]:
    return {
        "And": [
            {"Variable": "$.action", "IsPresent": True},
            {"Variable": "$.action", "StringEquals": action},
        ],
        "Next": then,
    }
