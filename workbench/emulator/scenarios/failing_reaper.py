"""A session outlives its schedule, and something of it can't be removed."""

from __future__ import annotations

from datetime import timedelta

from workbench.emulator import words
from workbench.emulator.scenarios.reaper import session
from workbench.emulator.stage import NotApplicableError, Stage

CRITERION = "When the reaper can't remove something, it fails, names it, and nobody is told that all is gone."
LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"


def play(stage: Stage) -> None:
    """Protect the load balancer from deletion, let a session end with nobody parking it, and look at who is told."""
    uptime = stage.settings.uptime
    if uptime.schedule != "sessions":
        raise NotApplicableError("the stack is always on (plant:uptime.schedule): there is no session to end")
    stage.needs_a_running_stack()
    account = stage.account
    balancer = stage.entry(LOAD_BALANCER).id
    _protect(stage, balancer, True)
    stage.finally_do(stage.deploy)
    stage.finally_do(lambda: _protect(stage, balancer, False))
    _, ends = session(uptime, account.clock.now)
    account.clock.advance(ends - timedelta(minutes=1))
    patience = timedelta(hours=uptime.reaper_every_hours)
    account.timetable.follow(ends + patience, "reaper")
    account.clock.advance(ends + patience)
    runs = [str(execution.status) for execution in account.executions.started]
    stage.demand("the reaper's workflow fails", runs[:1] == ["FAILED"], words.listed(runs, "it was not started"))
    told = [message for message in account.topics.messages if isinstance(message.body, dict)]
    left = [message for message in told if message.body.get("event") == "reaper-leftovers"]
    stage.demand(
        "people are told what is left",
        bool(left) and left[0].body["left"] == [balancer],
        words.listed((str(message.body["left"]) for message in left), "nobody was told"),
    )
    stage.demand(
        "and not that all is gone",
        not [message for message in told if message.body.get("event") == "reaped"],
        words.listed(message.subject for message in told),
    )


def _protect(stage: Stage, balancer: str, protected: bool) -> None:
    attributes = [{"Key": "deletion_protection.enabled", "Value": str(protected).lower()}]
    stage.call("elbv2", "modify_load_balancer_attributes", LoadBalancerArn=balancer, Attributes=attributes)
