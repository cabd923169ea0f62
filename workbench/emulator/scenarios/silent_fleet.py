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
    """Let each fleet fall silent, hang up on a few callers, and answer again: after a rollout the canary serves."""
    stage.needs_a_running_stack()
    for fleet in ("stable", "canary"):
        _fall_silent(stage, fleet)


def _fall_silent(stage: Stage, fleet: str) -> None:
    _serve(stage, fleet, answered=REQUESTS_A_MINUTE - 2)
    _is(stage, fleet, "a few callers who hang up are no alarm", "OK")
    told = len(_told(stage))
    _serve(stage, fleet, answered=0)
    _is(stage, fleet, "no answers are an alarm", "ALARM")
    composite = stage.entry(tokens.COMPOSITE_ALARM[0])
    more, state = len(_told(stage)) - told, stage.account.alarms.state(composite.id)
    stage.demand(
        f"{fleet}: it affects users, and people are told",
        state == "ALARM" and more > 0,
        f"{composite.id} is in state {state}; {words.count(more, 'message')}",
    )
    _serve(stage, fleet, answered=REQUESTS_A_MINUTE)
    _is(stage, fleet, "it ends with the answers", "OK")


def _told(stage: Stage) -> list[str]:
    subject = f"ALARM: {stage.entry(tokens.COMPOSITE_ALARM[0]).id}"
    return [item.subject for item in stage.account.topics.messages if item.subject == subject]


def _serve(stage: Stage, fleet: str, answered: int) -> None:
    account, dimensions = stage.account, metric_dimensions(stage, fleet)
    for _ in range(ENOUGH_MINUTES):
        account.put_metric("AWS/ApplicationELB", "RequestCount", dimensions, float(REQUESTS_A_MINUTE))
        if answered:
            account.put_metric("AWS/ApplicationELB", "TargetResponseTime", dimensions, FAST_SECONDS, answered)
        account.minute()


def _is(stage: Stage, fleet: str, what: str, wanted: str) -> None:
    state = stage.account.alarms.state(stage.alarm(f"errors-{fleet}").id)
    stage.demand(f"{fleet}: {what}", state == wanted, f"the alarm on its errors is in state {state}")
