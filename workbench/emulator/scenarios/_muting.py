"""Which alarms a maintenance window mutes, and what happens to one that goes off in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.scenarios._fleet import metric_dimensions
from workbench.emulator.scenarios._pods import scaling_failure_alarm
from workbench.emulator.scenarios._windows import Occurrence
from workbench.emulator.stage import METRIC_ALARM, Stage, logical_name
from workbench.emulator.statefile import Entry

REQUESTS_A_MINUTE = 300
BEFORE, AFTER = timedelta(minutes=10), timedelta(minutes=12)
MINUTE = timedelta(minutes=1)


def rehearse(stage: Stage, occurrence: Occurrence) -> Callable[[], None]:
    """Let both fleets turn slow in a window, and stay so a while after it; the function demands what follows."""
    what = "alarms for people are muted in the window only"
    if stage.settings.uptime.parked:
        return lambda: stage.leave_out(what, "the stack is parked: it has no alarms")
    account = stage.account
    slow = 2 * stage.settings.slo.p95_threshold_ms / 1000
    dimensions = [metric_dimensions(stage, fleet) for fleet in ("stable", "canary")]
    begins, ends = occurrence.starts_at, occurrence.ends_at

    def serve() -> None:
        seconds = slow if begins < account.clock.now < ends + AFTER / 2 else slow / 10
        for found in dimensions:
            account.put_metric("AWS/ApplicationELB", "TargetResponseTime", found, seconds, REQUESTS_A_MINUTE)

    def watch() -> None:
        account.watch_alarms(MINUTE, ends + AFTER)
        for number in range((ends + AFTER - account.clock.now) // MINUTE):
            account.clock.at(account.clock.now + number * MINUTE + MINUTE / 2, serve)

    account.clock.at(begins - BEFORE, watch)
    return lambda: _demands(stage, occurrence)


def _demands(stage: Stage, occurrence: Occurrence) -> None:
    account = stage.account
    middle = occurrence.starts_at + (occurrence.ends_at - occurrence.starts_at) / 2
    around = occurrence.starts_at - MINUTE, occurrence.ends_at + MINUTE
    alarms = stage.entries(METRIC_ALARM)
    muted = [entry for entry in alarms if account.is_muted(entry.id, middle)]
    always = [entry for entry in alarms if any(account.is_muted(entry.id, at) for at in around)]
    stage.demand(
        "alarms for people are muted in the window only",
        bool(muted) and not always,
        f"muted: {_names(muted)}; outside of it: {_names(always)}",
    )
    safety = _safety(stage, alarms)
    silenced = [entry for entry in muted if entry in safety]
    stage.demand(
        "no scaling or rollback alarm is muted",
        bool(safety) and not silenced,
        f"muted: {_names(silenced)}" if silenced else f"awake: {_names(safety)}",
    )
    for fleet, held in (("stable", True), ("canary", False)):
        name = stage.alarm(f"p95-{fleet}").id
        messages = [item.at for item in account.topics.messages if item.subject == f"ALARM: {name}"]
        inside = [at for at in messages if occurrence.starts_at <= at < occurrence.ends_at]
        after = [at for at in messages if at >= occurrence.ends_at]
        changed = [at.at for at in account.alarms.transitions if (at.name, at.after, at.late) == (name, "ALARM", False)]
        evidence = (
            f"on since {_clocks(changed[:1], occurrence)}, messages at {_clocks(messages, occurrence)}"
            f" (window {occurrence.starts_at.astimezone(occurrence.zone):%H:%M} to"
            f" {occurrence.ends_at.astimezone(occurrence.zone):%H:%M})"
        )
        if held:
            stage.demand(
                "an alarm that goes off in the window reaches people after it, if it is still on",
                bool(changed) and not inside and len(after) == 1,
                evidence,
            )
        else:
            stage.demand("a rollback alarm reaches them at once", bool(inside), evidence)


def _safety(stage: Stage, alarms: list[Entry]) -> list[Entry]:
    """Alarms that scale a fleet, roll a release back, or tell of failed launches."""
    machine = stage.entry(tokens.STATE_MACHINE[0], "rollout").outputs["definition"]
    failures = stage.alarm(scaling_failure_alarm(stage))
    return [
        entry
        for entry in alarms
        if entry is failures
        or any(":scalingPolicy:" in action for action in entry.outputs.get("alarmActions") or [])
        or f'"{entry.id}"' in machine
    ]


def _names(entries: list[Entry]) -> str:
    return words.listed(sorted(logical_name(entry.urn) for entry in entries))


def _clocks(moments: list[datetime], occurrence: Occurrence) -> str:
    return words.listed((f"{at.astimezone(occurrence.zone):%H:%M}" for at in moments), "never")
