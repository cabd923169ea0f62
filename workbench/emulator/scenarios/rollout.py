"""A healthy canary goes from 10 to 50 to 100 percent."""

from __future__ import annotations

import itertools
from datetime import timedelta

from workbench.emulator.scenarios._rollout import Rollout
from workbench.emulator.stage import Stage

CRITERION = "The rollout gives the canary 10 % for 6 h, 50 % for 12 h, then 100 %, and verifies each step."
HOURS = 22


def play(stage: Stage) -> None:
    """Run the declared state machine in virtual time, with a canary that answers in 40 ms."""
    rollout = Rollout(stage)
    account = stage.account
    began = account.clock.now
    rollout.answer(lambda _: 0.04, per_hour=3600, hours=HOURS)
    account.watch_alarms(timedelta(minutes=5), began + timedelta(hours=HOURS))
    execution = rollout.start()
    account.clock.advance(timedelta(hours=HOURS), until=lambda: execution.status != "RUNNING")
    stage.demand("the state machine succeeds", execution.status == "SUCCEEDED", execution.error or execution.status)
    shares = [percent for _, percent, _, _ in rollout.steps]
    stage.demand("steps are 10, 50 and 100 %", shares == [10, 50, 100], shares)
    stage.demand(
        "after each step the load balancer has the weight in every rule",
        bool(rollout.steps) and all(set(live.values()) == {percent} for _, percent, live, _ in rollout.steps),
        [live for _, _, live, _ in rollout.steps],
    )
    flags = [flag for _, _, _, flag in rollout.steps]
    stage.demand("the flag follows", flags == [f"{percent} %" for percent in shares], flags)
    moments = [moment for moment, *_ in rollout.steps]
    holds = [later - earlier for earlier, later in itertools.pairwise(moments)]
    stage.demand(
        "10 % is held 6 h or more, 50 % 12 h or more",
        len(holds) == 2 and holds[0] >= timedelta(hours=6) and holds[1] >= timedelta(hours=12),
        [str(hold) for hold in holds],
    )
    wanted = ["rollout-step", "rollout-step", "rollout-step", "rollout-finished"]
    stage.demand("every transition is announced", rollout.notices == wanted, rollout.notices)
