"""A healthy canary goes from 10 to 50 to 100 percent, and a weight that does not take effect is noticed."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from workbench.emulator import words
from workbench.emulator.scenarios._fleet import FAST_SECONDS, TARGET_GROUP
from workbench.emulator.scenarios._rollout import Rollout, ending
from workbench.emulator.stage import Stage

CRITERION = "The rollout gives the canary 10 % for 6 h, 50 % for 12 h, then 100 %, and verifies each step."


def play(stage: Stage) -> None:
    """Run the declared state machine in virtual time, with a canary that answers fast."""
    rollout = Rollout(stage)
    account = stage.account
    rollout.answer(rollout.longest, lambda _: FAST_SECONDS)
    account.watch_alarms(timedelta(minutes=5), account.clock.now + rollout.longest)
    execution = rollout.run(rollout.start(), rollout.longest)
    stage.demand("the state machine succeeds", execution.status == "SUCCEEDED", ending(execution))
    shares = [step.percent for step in rollout.steps]
    stage.demand(
        "it takes the declared steps",
        shares == rollout.shares,
        f"taken {words.shares(shares)}; declared {words.shares(rollout.shares)}",
    )
    stage.demand(
        "at each step every listener rule has the weight",
        bool(rollout.steps) and all(set(step.weights.values()) == {step.percent} for step in rollout.steps),
        "; ".join(f"at {step.percent} %: {words.pairs(step.weights, ' %')}" for step in rollout.steps) or "no step",
    )
    stage.demand(
        "and the flag follows",
        bool(rollout.steps) and all(step.flag == f"{step.percent} %" for step in rollout.steps),
        "; ".join(f"at {step.percent} %: {step.flag}" for step in rollout.steps) or "no step",
    )
    held = [later.at - earlier.at for earlier, later in itertools.pairwise(rollout.steps)]
    stage.demand(
        "each share is held as long as declared, or longer",
        len(held) == len(rollout.holds)
        and all(real >= wanted for real, wanted in zip(held, rollout.holds, strict=True)),
        words.listed(f"{share} % for {words.span(real)}" for share, real in zip(shares, held, strict=False))
        + f"; declared {words.listed(words.span(hold) for hold in rollout.holds)}",
    )
    wanted = ["step"] * len(rollout.shares) + ["finished"]
    stage.demand("every transition is announced", rollout.notices == wanted, words.listed(rollout.notices))
    _deaf_load_balancer(stage)


def _deaf_load_balancer(stage: Stage) -> None:
    """Settle; then the API accepts new weights for the canary, and they do not take effect."""
    account = stage.account
    settled = account.executions.start(Rollout(stage).machine_arn, {"action": "settle"})
    again = Rollout(stage)
    weights = again.weights()
    stage.demand(
        "once the stable fleet has the new software, settling gives it the traffic back",
        settled.status == "SUCCEEDED" and set(weights.values()) == {0},
        f"{ending(settled)}; {words.pairs(weights, ' %')}",
    )
    canary = stage.entry(TARGET_GROUP, "canary").outputs["arn"]

    def modify(params: dict[str, Any]) -> dict[str, Any]:
        groups = [
            group for action in params["Actions"] for group in action.get("ForwardConfig", {}).get("TargetGroups", ())
        ]
        if any(group["TargetGroupArn"] == canary and group["Weight"] > 0 for group in groups):
            return {"Rules": []}
        return account.answers.call("elbv2", "modify_rule", **params)

    account.caller.handlers["elbv2.modify_rule"] = modify
    execution = again.run(again.start(), timedelta(hours=1))
    weights = again.weights()
    stage.demand(
        "a weight that is accepted and does not take effect is noticed and rolled back",
        execution.error is not None
        and execution.error.name == "RolledBack"
        and not again.steps
        and set(weights.values()) == {0},
        f"{ending(execution)}; announced {words.listed(again.notices)}; {words.pairs(weights, ' %')}",
    )
