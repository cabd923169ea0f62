"""Targets pass their checks, take requests and answer none: the load balancer does, with 502 and 504."""

from __future__ import annotations

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.scenarios._fleet import FAST_SECONDS, metric_dimensions
from workbench.emulator.stage import Stage

CRITERION = "A fleet that takes requests and does not answer them is noticed, whoever owns the load balancer."
REQUESTS_A_MINUTE = 60
ENOUGH_MINUTES = 6
"""More than an alarm of three minutes in five takes."""


def play(stage: Stage) -> None:
    """Let the stable fleet fall silent, hang up on a few callers, and answer again."""
    stage.needs_a_running_stack()
    _serve(stage, answered=REQUESTS_A_MINUTE - 2)
    _is(stage, "a few callers who hang up are no alarm", "OK")
    _serve(stage, answered=0)
    _is(stage, "no answers are an alarm", "ALARM")
    composite = stage.entry(tokens.COMPOSITE_ALARM[0])
    told = [item for item in stage.account.topics.messages if item.subject == f"ALARM: {composite.id}"]
    state = stage.account.alarms.state(composite.id)
    stage.demand(
        "it affects users, and people are told",
        state == "ALARM" and bool(told),
        f"{composite.id} is in state {state}; {words.count(len(told), 'message')}",
    )
    _serve(stage, answered=REQUESTS_A_MINUTE)
    _is(stage, "it ends with the answers", "OK")


def _serve(stage: Stage, answered: int) -> None:
    account, dimensions = stage.account, metric_dimensions(stage, "stable")
    for _ in range(ENOUGH_MINUTES):
        account.put_metric("AWS/ApplicationELB", "RequestCount", dimensions, float(REQUESTS_A_MINUTE))
        if answered:
            account.put_metric("AWS/ApplicationELB", "TargetResponseTime", dimensions, FAST_SECONDS, answered)
        account.minute()


def _is(stage: Stage, what: str, wanted: str) -> None:
    state = stage.account.alarms.state(stage.alarm("errors-stable").id)
    stage.demand(what, state == wanted, f"the alarm on errors of the stable fleet is in state {state}")
