"""A session outlives its schedule, and something of it can't be removed."""

from __future__ import annotations

from datetime import timedelta

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.scenarios.reaper import BILLED, instances, is_there, names, session
from workbench.emulator.stage import NotApplicableError, Stage

CRITERION = "When the reaper can't remove something, it fails, names it, and nobody is told that all is gone."
LOAD_BALANCER, WEB_ACL = tokens.LOAD_BALANCER[0], tokens.WEB_ACL[0]
LONGEST = timedelta(hours=1)
"""After this the reaper's workflow times out."""


def play(stage: Stage) -> None:
    """Protect the load balancer from deletion, let a session end with nobody parking it, and look at who is told."""
    uptime = stage.settings.uptime
    if uptime.schedule != "sessions":
        raise NotApplicableError("the stack is always on (plant:uptime.schedule): there is no session to end")
    stage.needs_a_running_stack()
    account = stage.account
    balancer = stage.entry(LOAD_BALANCER).id
    # What still answers keeps its firewall.
    staying = [balancer, *(str(entry.outputs["arn"]) for entry in stage.entries(WEB_ACL))]
    others = [entry.urn for token in BILLED if token not in (LOAD_BALANCER, WEB_ACL) for entry in stage.entries(token)]
    _protect(stage, balancer, True)
    stage.finally_do(stage.deploy)
    stage.finally_do(stage.deployer.refresh)  # a deploy alone takes what the reaper removed to be there
    stage.finally_do(lambda: _protect(stage, balancer, False))
    _, ends = session(uptime, account.clock.now)
    account.clock.advance(ends - timedelta(minutes=1))
    patience = timedelta(hours=uptime.reaper_every_hours)
    account.timetable.follow(ends + patience, "reaper")
    account.clock.advance(ends + patience + LONGEST)
    runs = [str(execution.status) for execution in account.executions.started]
    stage.demand("the reaper's workflow fails", set(runs) == {"FAILED"}, words.listed(runs, "it was not started"))
    kept = [urn for urn in others if is_there(stage, urn)]
    stage.demand(
        "everything else that is billed by the hour is gone",
        bool(others) and not kept and instances(stage) == 0,
        f"left: {names(kept)}; {words.count(instances(stage), 'instance')}"
        if kept or instances(stage)
        else f"gone: {names(others)}",
    )
    told = [message for message in account.topics.messages if isinstance(message.body, dict)]
    left = [message for message in told if message.body.get("event") == "reaper-leftovers"]
    stage.demand(
        "people are told what is left",
        bool(left) and all(sorted(message.body["left"]) == sorted(staying) for message in left),
        words.listed((arn for message in left for arn in message.body["left"]), "nobody was told"),
    )
    stage.demand(
        "and not that all is gone",
        not [message for message in told if message.body.get("event") == "reaped"],
        words.listed(message.subject for message in told),
    )


def _protect(stage: Stage, balancer: str, protected: bool) -> None:
    attributes = [{"Key": "deletion_protection.enabled", "Value": str(protected).lower()}]
    stage.call("elbv2", "modify_load_balancer_attributes", LoadBalancerArn=balancer, Attributes=attributes)
