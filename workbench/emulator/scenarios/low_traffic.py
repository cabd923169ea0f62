"""Too few requests for a verdict."""

from __future__ import annotations

from datetime import timedelta

from workbench.emulator.scenarios._rollout import Rollout
from workbench.emulator.stage import Stage

CRITERION = "With under 200 samples a step is inconclusive: the rollout never promotes on it."
HOURS = 24 * 4


def play(stage: Stage) -> None:
    """Let the canary answer one request an hour, all of them fast."""
    rollout = Rollout(stage)
    account = stage.account
    for hour in range(HOURS):
        account.clock.at(
            account.clock.now + timedelta(hours=hour, minutes=1),
            lambda: account.put_metric("AWS/ApplicationELB", "TargetResponseTime", rollout.dimensions(), 0.04),
        )
    execution = rollout.start()
    account.clock.advance(timedelta(hours=HOURS), until=lambda: execution.status != "RUNNING")
    states = [name for _, name in execution.history]
    shares = [percent for _, percent, _, _ in rollout.steps]
    stage.demand("it stays at 10 %", shares == [10], shares)
    unclear = states.count("Count unclear")
    stage.demand("it looked for a verdict more than once", unclear > 1, f"{unclear} inconclusive looks")
    cause = execution.error or execution.status
    stage.demand("it ends rolled back, not promoted", "Because of doubt" in states, cause)
    weights = rollout.weights()
    stage.demand("the canary's weight is 0", bool(weights) and set(weights.values()) == {0}, weights)
    stage.demand("the flag is off", rollout.flag() == "off", rollout.flag())
