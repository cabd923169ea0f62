"""A rollout that is longer than a session: parked in the middle of its first share, it goes on in the next session."""

from __future__ import annotations

from datetime import timedelta

from workbench.emulator import words
from workbench.emulator.scenarios._fleet import FAST_SECONDS
from workbench.emulator.scenarios._rollout import Rollout, ending
from workbench.emulator.stage import NotApplicableError, Stage

CRITERION = "A rollout goes on over parked sessions: its clock counts the time of sessions, and only that."
PARKED = "plant:uptime.parked"
NEXT_SESSION = timedelta(days=8)
"""Time within which a session starts, whatever its days are."""


def play(stage: Stage) -> None:
    """Park in the middle of the first hold, unpark days later; the schedule of the session's start does the rest."""
    if stage.settings.uptime.schedule != "sessions":
        raise NotApplicableError("the stack is always on (plant:uptime.schedule)")
    first = Rollout(stage)
    first.needs_a_hold()
    account, watched = stage.account, first.holds[0] / 2
    first.answer(first.holds[0], lambda _: FAST_SECONDS)
    interrupted = first.start()
    account.clock.advance(watched)
    share = first.shares[0]
    stage.demand(
        f"half of its hold is over at {share} %", [step.percent for step in first.steps] == [share], words.span(watched)
    )
    stage.finally_do(lambda: stage.deploy({PARKED: "false"}))
    interrupted.stop()
    stage.deploy({PARKED: "true"})
    account.clock.advance(timedelta(days=1))
    stage.deploy({PARKED: "false"})
    second = Rollout(stage)
    account.topics.on_message = second.note
    stage.demand(
        "the next session begins with all traffic at the stable fleet",
        set(second.weights().values()) == {0},
        words.pairs(second.weights(), " %"),
    )
    machine = second.machine_arn
    due = [at for at, name in account.timetable.follow(account.clock.now + NEXT_SESSION, "resume")]
    if not stage.demand("the session's start looks for it", bool(due), f"{len(due)} starts in a week"):
        return
    account.clock.advance(due[0] - account.clock.now + timedelta(seconds=1))
    running = [one for one in account.executions.started if one.machine_arn == machine and one.status == "RUNNING"]
    if not stage.demand("it goes on by itself", len(running) == 1, f"{len(running)} executions run"):
        return
    [execution] = running
    stage.finally_do(execution.stop)
    second.follow(execution)
    second.answer(second.longest, lambda _: FAST_SECONDS)
    account.clock.advance(second.longest, until=lambda: len(second.steps) > 1 or execution.status != "RUNNING")
    steps = second.steps
    held = watched + (steps[1].at - steps[0].at) if len(steps) > 1 else watched
    slack = timedelta(seconds=4 * stage.settings.rollout.poll_seconds)
    stage.demand(
        "it takes up the share that it had, for what is left of its hold",
        [step.percent for step in steps[:2]] == second.shares[:2]
        and second.holds[0] <= held + timedelta(seconds=stage.settings.rollout.poll_seconds)
        and held <= second.holds[0] + slack,
        f"{words.shares([step.percent for step in steps])}; {words.span(held)} in sessions at {share} %, declared"
        f" {words.span(second.holds[0])}; {ending(execution)}",
    )
    weights = second.weights()
    stage.demand(
        "and then gives the next one",
        set(weights.values()) == {second.shares[1]},
        words.pairs(weights, " %"),
    )
