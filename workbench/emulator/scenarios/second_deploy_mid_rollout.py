"""Somebody deploys while a rollout is under way."""

from __future__ import annotations

from datetime import timedelta

from workbench.emulator.scenarios._rollout import Rollout
from workbench.emulator.stage import Stage

CRITERION = "A second deploy in the middle of a rollout leaves the weights and the flag as they are."


def play(stage: Stage) -> None:
    """Deploy twice at 10 %: the same program, then one with another fleet size."""
    rollout = Rollout(stage)
    account = stage.account
    rollout.answer(lambda _: 0.04, per_hour=3600, hours=3)
    execution = rollout.start()
    account.clock.advance(timedelta(hours=2))
    before = rollout.weights(), rollout.flag()
    stage.demand("the rollout is at 10 %", set(before[0].values()) == {10} and before[1] == "10 %", before)
    same = stage.deploy()
    stage.demand("the same program changes nothing", set(same.actions) == {"same"}, dict(same.actions))
    stage.demand(
        "weights and flag stay", (rollout.weights(), rollout.flag()) == before, (rollout.weights(), rollout.flag())
    )
    changed = stage.deploy({"plant:slo.p95_threshold_ms": "250"})
    updated = {urn.rsplit("::", 1)[-1]: names for urn, names in changed.changed.items()}
    stage.demand("a changed setting is deployed", bool(updated), updated)
    stage.demand(
        "weights and flag stay once more",
        (rollout.weights(), rollout.flag()) == before,
        (rollout.weights(), rollout.flag()),
    )
    execution.stop()
    stage.deploy()
