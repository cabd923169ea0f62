"""Too few requests for a verdict."""

from __future__ import annotations

from datetime import timedelta

from workbench.emulator import words
from workbench.emulator.scenarios._fleet import FAST_SECONDS
from workbench.emulator.scenarios._rollout import Rollout, ending
from workbench.emulator.stage import Stage

CRITERION = "With under 200 samples a step is inconclusive: the rollout never promotes on it."


def play(stage: Stage) -> None:
    """Let the canary answer a quarter of the requests that a verdict takes, all of them fast."""
    rollout = Rollout(stage)
    rollout.needs_a_hold()
    account = stage.account
    needed = stage.settings.slo.minimum_samples
    poll = timedelta(minutes=stage.settings.rollout.poll_interval_minutes)
    patience = rollout.holds[0] + (stage.settings.rollout.inconclusive_polls_max + 2) * poll
    requests = needed // 4
    for number in range(requests):
        account.clock.at(
            account.clock.now + patience * (number + 1) / requests,
            lambda: account.put_metric("AWS/ApplicationELB", "TargetResponseTime", rollout.canary, FAST_SECONDS),
        )
    execution = rollout.run(rollout.start(), patience + timedelta(hours=4))
    shares = [step.percent for step in rollout.steps]
    stage.demand(
        f"it stays at {rollout.shares[0]} %",
        shares == rollout.shares[:1],
        f"taken {words.shares(shares)}; declared {words.shares(rollout.shares)}",
    )
    looks = sum(state == "Read samples" for _, state in execution.history)
    stage.demand(
        "it looks for a verdict more than once",
        looks > 1,
        f"{looks} looks, {requests} requests in {words.span(patience)}; a verdict takes {needed}",
    )
    stage.demand(
        "it ends rolled back for want of requests, not promoted",
        execution.error is not None and execution.error.name == "RolledBack" and "too few" in rollout.reason,
        f"{ending(execution)}; reason given: {rollout.reason or 'none'}",
    )
    weights, flag = rollout.weights(), rollout.flag()
    stage.demand("the canary's weight is 0", set(weights.values()) == {0}, words.pairs(weights, " %"))
    stage.demand("the flag is off", flag == "off", flag)
