"""The canary turns slow in the middle of a hold."""

from __future__ import annotations

from datetime import timedelta

from workbench.emulator.scenarios._rollout import Rollout
from workbench.emulator.stage import Stage

CRITERION = "An alarm during a hold takes the canary's weight to 0 and switches the flag off."
SLOW_AFTER = timedelta(hours=8)
HOURS = 20


def play(stage: Stage) -> None:
    """Answer in 40 ms for eight hours, then in 450 ms."""
    rollout = Rollout(stage)
    account = stage.account
    turns_slow = account.clock.now + SLOW_AFTER
    rollout.answer(lambda now: 0.45 if now >= turns_slow else 0.04, per_hour=3600, hours=HOURS)
    account.watch_alarms(timedelta(minutes=1), account.clock.now + SLOW_AFTER + timedelta(hours=1))
    execution = rollout.start()
    account.clock.advance(timedelta(hours=HOURS), until=lambda: execution.status != "RUNNING")
    alarms = [item for item in account.alarms.transitions if item.after == "ALARM" and "p95-canary" in item.name]
    stage.demand("the p95 alarm of the canary goes off", bool(alarms), alarms[0].reason if alarms else "no alarm")
    stage.demand(
        "the machine ends as rolled back",
        execution.status == "FAILED" and execution.error is not None and execution.error.name == "RolledBack",
        execution.error or execution.status,
    )
    weights = rollout.weights()
    stage.demand("the canary's weight is 0 in every rule", bool(weights) and set(weights.values()) == {0}, weights)
    stage.demand("the flag is off", rollout.flag() == "off", rollout.flag())
    shares = [percent for _, percent, _, _ in rollout.steps]
    stage.demand("100 % was never given", shares == [10, 50], shares)
    if alarms:
        took = account.clock.now - alarms[0].at
        stage.demand("from the alarm to the end it took 15 min at most", took <= timedelta(minutes=15), took)
    stage.demand("the rollback is announced", rollout.notices[-1:] == ["rollout-rolled-back"], rollout.notices)
