"""The canary turns slow in the middle of a hold; then it answers with errors, many and few, and not at all."""

from __future__ import annotations

from datetime import datetime, timedelta

from deployment.asl.machine import Execution
from workbench.emulator import words
from workbench.emulator.scenarios._fleet import FAST_SECONDS
from workbench.emulator.scenarios._rollout import Rollout, ending
from workbench.emulator.stage import Stage

CRITERION = "An alarm during a hold takes the canary's weight to 0 and switches the flag off."
INTO_THE_HOLD = timedelta(hours=2)
QUICK_ENOUGH = timedelta(minutes=15)
"""Time from the alarm to the end of the rollback; three looks of the default poll interval."""
AT_ONCE = timedelta(minutes=2)
"""Time from the alarm to the notice of the execution that it starts; less than the default poll interval."""
CALM = timedelta(hours=1)
"""Time between two rollouts, after which no alarm knows of the first."""


def play(stage: Stage) -> None:
    """Answer fast until the last hold, then slowly; in further rollouts, with errors from the start."""
    rollout = Rollout(stage)
    rollout.needs_a_hold()
    account = stage.account
    last = max(index for index, hold in enumerate(rollout.holds) if hold)
    begins = sum(rollout.holds[:last], timedelta()) + min(INTO_THE_HOLD, rollout.holds[last] / 2)
    turns_slow = account.clock.now + begins
    slow = 2.25 * stage.settings.slo.p95_threshold_ms / 1000
    rollout.answer(rollout.longest, lambda now: slow if now >= turns_slow else FAST_SECONDS)
    account.watch_alarms(timedelta(minutes=15), turns_slow)
    account.clock.at(turns_slow, lambda: account.watch_alarms(timedelta(minutes=1), turns_slow + timedelta(hours=1)))
    execution = rollout.run(rollout.start(), rollout.longest)
    _alarmed(stage, rollout, execution, "p95-canary", "answers too slowly")
    _given_back(stage, rollout, execution, "answers too slowly")
    shares = [step.percent for step in rollout.steps]
    stage.demand(
        "no further share was given",
        shares == rollout.shares[: last + 1],
        f"taken {words.shares(shares)}; declared {words.shares(rollout.shares)}",
    )
    _with_errors(stage)
    _with_silence(stage)
    _with_few_errors(stage)


def _begun(stage: Stage) -> tuple[Rollout, Execution]:
    """A further rollout, when the one before is forgotten."""
    stage.account.clock.advance(CALM)
    rollout = Rollout(stage)
    return rollout, rollout.start()


def _ended_by_a_look(stage: Stage, rollout: Rollout, execution: Execution, what: str) -> None:
    rollout.run(execution, CALM)
    stage.demand(what, "fail" in rollout.reason, f"{ending(execution)}; reason given: {rollout.reason or 'none'}")


def _with_errors(stage: Stage) -> None:
    rollout, execution = _begun(stage)
    stage.account.clock.advance(timedelta(minutes=3))
    share = 5 * stage.settings.slo.server_error_threshold_percent / 100
    rollout.answer(CALM, lambda _: FAST_SECONDS, errors=min(share, 1.0), every=timedelta(minutes=1))
    _ended_by_a_look(stage, rollout, execution, "answers with errors: the next look ends it, before the alarm does")
    _given_back(stage, rollout, execution, "answers with errors")


def _with_silence(stage: Stage) -> None:
    """Targets take connections and pass their checks, and answer no request: the load balancer does, with 504."""
    account = stage.account
    rollout, execution = _begun(stage)
    account.clock.advance(timedelta(minutes=3))

    def serve() -> None:
        account.put_metric("AWS/ApplicationELB", "RequestCount", rollout.canary, 60.0)

    for minute in range(int(CALM.total_seconds()) // 60):
        account.clock.at(account.clock.now + timedelta(minutes=minute), serve)
    _ended_by_a_look(stage, rollout, execution, "does not answer: the next look ends it")
    _given_back(stage, rollout, execution, "does not answer")


def _with_few_errors(stage: Stage) -> None:
    """Too few requests for a share that a look would act on, and all of them fail."""
    account = stage.account
    rollout, execution = _begun(stage)

    def serve() -> None:
        for metric in ("RequestCount", "HTTPCode_Target_5XX_Count"):
            account.put_metric("AWS/ApplicationELB", metric, rollout.canary, 1.0)
        account.put_metric("AWS/ApplicationELB", "TargetResponseTime", rollout.canary, FAST_SECONDS, 1)

    for minute in range(3, 13):
        account.clock.at(account.clock.now + timedelta(minutes=minute), serve)
    account.watch_alarms(timedelta(minutes=1), account.clock.now + CALM)
    rollout.run(execution, CALM)
    _alarmed(stage, rollout, execution, "errors-canary", "answers a few with errors")
    _given_back(stage, rollout, execution, "answers a few with errors")


def _alarmed(stage: Stage, rollout: Rollout, execution: Execution, alarm: str, when: str) -> None:
    name = stage.alarm(alarm).id
    since: datetime | None = None
    for item in stage.account.alarms.transitions:
        if (item.name, item.after) == (name, "ALARM"):
            since = item.at
    reasons = [item.reason for item in stage.account.alarms.transitions if (item.name, item.after) == (name, "ALARM")]
    stage.demand(f"{when}: the alarm goes off", since is not None, words.listed(reasons[-1:], "it never did"))
    stage.demand(
        f"{when}: the rollout ends as rolled back because of it",
        execution.error is not None and execution.error.name == "RolledBack" and "alarm" in rollout.reason,
        f"{ending(execution)}; reason given: {rollout.reason or 'none'}",
    )
    took = stage.account.clock.now - since if since else timedelta.max
    stage.demand(
        f"{when}: that takes {words.span(QUICK_ENOUGH)} at most",
        execution.status != "RUNNING" and took <= QUICK_ENOUGH,
        f"{words.span(took)} from the alarm to the end" if since else "no alarm",
    )
    told = [
        message.at
        for message in stage.account.topics.messages
        if isinstance(message.body, dict) and message.body.get("event") == "rollout-rolled-back"
    ]
    heard = [at for at in told if since and at >= since]
    soonest = min((at - since for at in heard if since), default=timedelta.max)
    stage.demand(f"{when}: it is announced once", len(heard) == 1, f"{len(heard)} notices of a rollback")
    stage.demand(
        f"{when}: that does not wait for the next look",
        soonest <= AT_ONCE,
        f"{words.span(soonest)} from the alarm to the first notice" if told else "no notice",
    )


def _given_back(stage: Stage, rollout: Rollout, execution: Execution, when: str) -> None:
    stage.demand(
        f"{when}: the execution ends as rolled back",
        execution.error is not None and execution.error.name == "RolledBack",
        ending(execution),
    )
    weights, flag = rollout.weights(), rollout.flag()
    stage.demand(
        f"{when}: the canary's weight is 0 in every rule", set(weights.values()) == {0}, words.pairs(weights, " %")
    )
    stage.demand(f"{when}: the flag is off", flag == "off", flag)
    stage.demand(f"{when}: it is announced", rollout.notices[-1:] == ["rolled-back"], words.listed(rollout.notices))
