"""The canary dies in the middle of a hold, without a word; and what was before comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.scenarios._fleet import FAST_SECONDS, TARGET_GROUP
from workbench.emulator.scenarios._pods import PodFleet
from workbench.emulator.scenarios._rollout import Rollout, ending
from workbench.emulator.stage import Stage

CRITERION = "A canary that falls silent is noticed at the next look; flag, weights and stable fleet are as before."
GROUP = tokens.SCALING_GROUP[0]


def play(stage: Stage) -> None:
    """Have the flag on from before, let the stable fleet's load go away, and take all targets from the canary."""
    rollout = Rollout(stage)
    rollout.needs_a_hold()
    account = stage.account
    (key, off), *_ = account.flags.deployed.items()
    earlier = str(int(off) + 1)  # the version of the first share: somebody left the flag on
    account.flags.deployed[key] = earlier
    before = _stable_size(stage)
    rollout.answer(rollout.longest, lambda _: FAST_SECONDS)
    execution = rollout.start()
    first_look = timedelta(seconds=stage.settings.rollout.poll_seconds)
    account.clock.advance(first_look + timedelta(minutes=2))
    stage.demand("the canary has traffic", set(rollout.weights().values()) != {0}, words.pairs(rollout.weights(), " %"))
    if account.cluster is None:
        protected = [instance["ProtectedFromScaleIn"] for instance in _stable_group(stage)["Instances"]]
        stage.demand(
            "the stable fleet is held", all(protected) and bool(protected), f"{len(protected)} protected instances"
        )
    _kill(stage)
    rollout.run(execution, 2 * first_look)
    stage.demand(
        "the next look ends the rollout",
        execution.error is not None and execution.error.name == "RolledBack" and "healthy" in rollout.reason,
        f"{ending(execution)}; reason given: {rollout.reason or 'none'}",
    )
    weights = rollout.weights()
    stage.demand("the canary's weight is 0 in every rule", set(weights.values()) == {0}, words.pairs(weights, " %"))
    live = account.flags.deployed[key]
    stage.demand("the flag is as it was before", live == earlier, f"version {live}; before {earlier}")
    account.flags.deployed[key] = off
    after = _stable_size(stage)
    stage.demand("so is the stable fleet", after == before, f"{after} instances; before {before}")


def _kill(stage: Stage) -> None:
    if (cluster := stage.account.cluster) is not None:
        cluster.silent.add("canary")
        stage.finally_do(cluster.silent.clear)
        cluster.reconcile()
        return
    group = stage.entry(TARGET_GROUP, "canary").outputs["arn"]
    health = stage.call("elbv2", "describe_target_health", TargetGroupArn=group)["TargetHealthDescriptions"]
    targets = [{"Id": item["Target"]["Id"]} for item in health]
    if targets:
        stage.call("elbv2", "deregister_targets", TargetGroupArn=group, Targets=targets)


def _stable_group(stage: Stage) -> dict[str, Any]:
    name = stage.entry(GROUP, "stable").id
    found = stage.call("autoscaling", "describe_auto_scaling_groups", AutoScalingGroupNames=[name])
    group: dict[str, Any] = found["AutoScalingGroups"][0]
    return group


def _stable_size(stage: Stage) -> int:
    if stage.account.cluster is None:
        return int(_stable_group(stage)["DesiredCapacity"])
    fleet = PodFleet(stage)
    return fleet.cluster.replicas(fleet.namespace, fleet.name)
