"""A session outlives its schedule."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from components.operations.weekdays import WEEKDAYS
from deployment import tokens
from infra.settings.base import minutes_of_day
from infra.settings.uptime import UptimeSettings
from workbench.emulator import words
from workbench.emulator.stage import NotApplicableError, Stage, logical_name

CRITERION = "The reaper removes what is billed by the hour, keeps what is free, and the next deploy brings it back."
BILLED = (
    *tokens.REPLICATION_GROUP,
    *tokens.SERVERLESS_CACHE,
    tokens.LOAD_BALANCER[0],
    *tokens.WEB_ACL,
)
"""Types with an hourly price that a session uses; instances go with their groups' sizes."""
KEPT = (
    *tokens.SECURITY_GROUP,
    *tokens.SUBNET,
    *tokens.VPC,
    *tokens.ROLE,
    tokens.TARGET_GROUP[0],
    *tokens.SCHEDULE,
    *tokens.STATE_MACHINE,
    *tokens.TOPIC,
    *tokens.PARAMETER,
)
"""Free types that have to survive."""


def play(stage: Stage) -> None:
    """Let a session end in the middle of a rollout, with nobody parking it: the reaper's own schedules do the rest.
    Then deploy again."""
    uptime = stage.settings.uptime
    if uptime.schedule != "sessions":
        raise NotApplicableError("the stack is always on (plant:uptime.schedule): there is no session to end")
    account = stage.account
    billed = [entry.urn for token in BILLED for entry in stage.entries(token)]
    kept = [entry for token in KEPT for entry in stage.entries(token)]
    zone = ZoneInfo(uptime.time_zone)
    starts, ends = session(uptime, account.clock.now)
    patience = timedelta(hours=uptime.reaper_every_hours)
    account.clock.advance(starts)
    _schedules(stage, ends, patience, zone)
    account.timetable.follow(ends + 2 * patience, "reaper")
    account.clock.advance(ends - timedelta(minutes=1))
    if not uptime.parked:
        stage.demand("there is something to reap", bool(billed), names(billed))
        _hold(stage)
        there = [urn for urn in billed if is_there(stage, urn)]
        stage.demand(
            "nothing is taken while the session lasts",
            there == billed and instances(stage) > 0,
            f"{words.moment(account.clock.now, zone)}: {names(there)}, {words.count(instances(stage), 'instance')}",
        )
    account.clock.advance(ends + patience)
    runs = [f"{execution.status}" for execution in account.executions.started]
    stage.demand(
        "the reaper's workflow succeeds",
        bool(runs) and set(runs) == {"SUCCEEDED"},
        words.listed(runs, "it was not started") + "".join(f"; {text}" for text in account.refused()),
    )
    gone = _gone(stage, billed)
    left = [urn for urn in billed if urn not in gone]
    stage.demand(
        f"{words.span(patience)} after the session everything billed by the hour is gone",
        not left and instances(stage) == 0,
        f"left: {names(left)}; {words.count(instances(stage), 'instance')}"
        if left or instances(stage)
        else f"gone: {names(billed)}",
    )
    lost = [entry.urn for entry in kept if entry.urn in gone]
    stage.demand(
        "what is free stays",
        bool(kept) and not lost,
        f"lost: {names(lost)}" if lost else f"{len(kept)} resources of {len({entry.type for entry in kept})} types",
    )
    account.clock.advance(ends + 2 * patience)
    announced = [message for message in account.topics.messages if _event(message.body) == "reaped"]
    if uptime.parked:
        stage.demand("and nobody is told of nothing", not announced, words.count(len(announced), "message"))
        stage.leave_out("the next deploy brings it back", "the stack is parked: there was nothing to take")
        return
    stage.demand(
        "people are told, once",
        len(announced) == 1,
        words.listed(
            f"{words.clock(message.at.astimezone(zone))} {message.subject},"
            f" {words.count(len(message.body['removed']), 'resource')}"
            for message in announced
        ),
    )
    _brought_back(stage, billed)


def _hold(stage: Stage) -> None:
    """Keep all instances from scale-in, as a rollout that is under way does with those of the stable fleet."""
    for group in stage.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]:
        if serving := [item["InstanceId"] for item in group["Instances"]]:
            stage.call(
                "autoscaling",
                "set_instance_protection",
                AutoScalingGroupName=group["AutoScalingGroupName"],
                InstanceIds=serving,
                ProtectedFromScaleIn=True,
            )


def _brought_back(stage: Stage, billed: list[str]) -> None:
    outcome = stage.deploy()
    back = [urn for urn in billed if urn in stage.deployer.state.entries]
    stage.demand(
        "the next deploy brings it back",
        len(back) == len(billed),
        words.listed(f"{count} {action}" for action, count in sorted(outcome.actions.items())),
    )
    sizes = {
        group["AutoScalingGroupName"]: int(group["MaxSize"])
        for group in stage.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    }
    wanted = stage.settings.fleet.max_size
    stage.demand(
        "with the fleets' declared bounds",
        bool(sizes) and set(sizes.values()) == {wanted} and instances(stage) > 0,
        f"at most {words.pairs(sizes)}; {words.count(instances(stage), 'instance')}",
    )
    again = stage.deploy()
    stage.demand(
        "a further deploy has nothing to do",
        set(again.actions) == {"same"},
        words.listed(f"{count} {action}" for action, count in sorted(again.actions.items())),
    )


def _schedules(stage: Stage, ends: datetime, patience: timedelta, zone: ZoneInfo) -> None:
    """Both schedules look: the one for days with a session, and the one for the others."""
    account = stage.account
    due = account.timetable.due(account.clock.now + timedelta(weeks=1), "reaper")
    first = next((at for at, _ in due if at >= ends), None)
    stage.demand(
        f"a schedule starts the reaper within {words.span(patience)} of the session's end",
        first is not None and first - ends <= patience,
        f"session until {words.moment(ends, zone)}, next look "
        + (words.moment(first, zone) if first else "in none of the next 7 days"),
    )
    quiet = {day for day in WEEKDAYS if day not in stage.settings.uptime.session_days}
    if quiet:
        seen = {WEEKDAYS[at.astimezone(zone).weekday()] for at, _ in due}
        stage.demand(
            "and on every day without one",
            quiet <= seen,
            f"looks on {words.listed(day for day in WEEKDAYS if day in seen)}",
        )


def session(uptime: UptimeSettings, now: datetime) -> tuple[datetime, datetime]:
    """The next session that begins after a moment: its start, and when whoever parks it should have begun."""
    zone = ZoneInfo(uptime.time_zone)
    minute = minutes_of_day(uptime.session_start)
    local = now.astimezone(zone).replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    while local <= now or WEEKDAYS[local.weekday()] not in uptime.session_days:
        local = (local + timedelta(days=1)).replace(hour=minute // 60, minute=minute % 60)
    parked = local + timedelta(minutes=uptime.session_minutes + uptime.late_minutes)
    return local.astimezone(now.tzinfo), parked.astimezone(now.tzinfo)


def is_there(stage: Stage, urn: str) -> bool:
    """Whether AWS has what the state records."""
    entry = stage.deployer.state.entries.get(urn)
    return entry is not None and stage.deployer.lifecycle.read(entry.type, urn, entry.id, entry.outputs) is not None


def _gone(stage: Stage, billed: list[str]) -> set[str]:
    """What a refresh no longer finds, and what left the state because the emulator only validates it."""
    return set(stage.deployer.refresh()) | {urn for urn in billed if urn not in stage.deployer.state.entries}


def instances(stage: Stage) -> int:
    """Number of instances in all fleets."""
    groups = stage.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    return sum(len(group["Instances"]) for group in groups)


def _event(body: object) -> str:
    return str(body.get("event", "")) if isinstance(body, dict) else ""


def names(urns: list[str]) -> str:
    """Logical names, in words."""
    return words.listed(logical_name(urn) for urn in urns)
