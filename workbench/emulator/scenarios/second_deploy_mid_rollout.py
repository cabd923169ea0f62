"""Somebody deploys while a rollout is under way."""

from __future__ import annotations

from datetime import timedelta

from workbench.emulator import words
from workbench.emulator.scenarios._fleet import FAST_SECONDS
from workbench.emulator.scenarios._rollout import Rollout
from workbench.emulator.stage import Stage, logical_name

CRITERION = "A second deploy in the middle of a rollout leaves the weights and the flag as they are."
SETTING = "plant:slo.p95_threshold_ms"


def play(stage: Stage) -> None:
    """Deploy twice at the first share, with a refresh: the same program, then one with another alarm threshold.

    The refresh makes it the hard case: the state then holds the live weights, which differ from the declared ones.
    """
    rollout = Rollout(stage)
    rollout.needs_a_hold()
    account = stage.account
    rollout.answer(rollout.holds[0], lambda _: FAST_SECONDS)
    stage.restore_later()
    execution = rollout.start()
    stage.finally_do(execution.stop)
    account.clock.advance(min(timedelta(hours=2), rollout.holds[0] / 2))
    first = rollout.shares[0]
    before = rollout.weights(), rollout.flag()
    stage.demand(
        f"the rollout is at {first} %",
        set(before[0].values()) == {first} and before[1] == f"{first} %",
        _live(*before),
    )
    stage.deployer.refresh()
    same = stage.deploy()
    stage.demand(
        "the same program changes nothing",
        set(same.actions) == {"same"},
        words.listed(f"{count} {action}" for action, count in sorted(same.actions.items())),
    )
    stage.demand(
        "weights and flag stay", (rollout.weights(), rollout.flag()) == before, _live(rollout.weights(), rollout.flag())
    )
    other = stage.settings.slo.p95_threshold_ms + 50
    changed = stage.deploy({SETTING: str(other)})
    stage.demand(
        "a changed setting is deployed",
        bool(changed.changed),
        f"{SETTING} {other}: {words.listed(sorted(logical_name(urn) for urn in changed.changed))}",
    )
    stage.demand(
        "weights and flag stay once more",
        (rollout.weights(), rollout.flag()) == before,
        _live(rollout.weights(), rollout.flag()),
    )


def _live(weights: dict[str, int], flag: str) -> str:
    return f"{words.pairs(weights, ' %')}, flag {flag}"
