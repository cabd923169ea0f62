"""Users hear of a maintenance window 7 days, 24 hours and 1 hour ahead, and it opens and closes."""

from __future__ import annotations

import ipaddress
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from deployment.day import today_utc
from deployment.graph import Resource
from deployment.per_text import per_text
from deployment.tokens import SCHEDULE, STATE_MACHINE, TOPIC
from policies.checks import mappings, number, shown
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises._calendar import distance, done, is_monthly
from policies.promises._cron import WEEK_MINUTES, minutes_between, moment
from policies.promises._rehearsal import MOVES, World, run
from policies.promises._remembered import remembered
from policies.rule import Problem, Rule
from policies.rules._documents import parse_json
from policies.rules._shapes import shaped
from policies.rules._workflows import definition, literals, tasks

AHEAD_HOURS: Final = (168, 24, 1)
TOLD: Final = ("message", "time_zone", "duration_minutes")
"""Why, when and for how long: what a notice has to say."""
EVERYBODY: Final = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))

Part = tuple[Resource, Mapping[str, Any]]
"""A schedule of a window, and the event that it sends."""
Calendar = Mapping[str, tuple[datetime, ...]]
"""URN of a schedule -> moments at which it does something, of a window that comes in one week a month."""
ENDS: Final = ("start", "end")


def check(context: Context) -> Iterator[Problem]:
    """Let each window come: its notices are sent so long ahead, tell the truth, and its start and end are run."""
    for window, parts in context.once(windows).items():
        phases = {str(event["phase"]): (schedule, event) for schedule, event in parts if event.get("phase") in ENDS}
        for phase in ENDS:
            if phase not in phases and not has_begun(parts, context):
                yield Problem(f"nothing happens at the {phase} of the window {window}; add an aws.scheduler.Schedule")
        years = calendar(parts, context)
        if "start" in phases:
            notices = [part for part in parts if event_phase(part) not in ENDS]
            yield from notice_problems(window, phases["start"][0], notices, years, context)
        if len(phases) == len(ENDS):
            yield from length_problems(window, phases, parts, years)
    for machine, events in opening(context):
        for problem in rehearsed(str(machine.get("definition")), events):
            yield Problem(f"rehearsed: {problem}", "definition", machine)


def notice_problems(
    window: str, start: Resource, notices: list[Part], years: Calendar, context: Context
) -> Iterator[Problem]:
    """Notices that do not come, come at another time than they say, or say too little."""
    heard = [part for part in notices if publishes(part[0], context) or years.get(part[0].urn)]
    came = {}
    for schedule, event in heard:
        minutes = minutes_apart(schedule, start, years)
        same_zone = schedule.get("scheduleExpressionTimezone") == start.get("scheduleExpressionTimezone")
        if minutes is None or not same_zone or schedule.get("state") not in ("ENABLED", None):
            continue
        ahead = minutes or WEEK_MINUTES
        came[ahead] = schedule
        silent = [key for key in TOLD if not event.get(key)]
        claimed = number(event.get("hours"))
        if silent or claimed is None or claimed * 60 != ahead:
            yield Problem(
                f"the notice of the window {window} comes {ahead / 60:g} h ahead, tells {shown(event.get('hours'))} h, "
                f"and lacks {', '.join(silent) or 'nothing else'}; correct target.input",
                "target.input",
                schedule,
            )
    for hours in AHEAD_HOURS:
        if hours * 60 not in came and not is_past(start, hours, context):
            yield Problem(
                f"nobody is told of the window {window} {hours} h ahead; add an aws.scheduler.Schedule that "
                "publishes to a topic then",
                "scheduleExpression",
                start,
            )


def is_past(start: Resource, hours: int, context: Context) -> bool:
    """True when a notice `hours` before a window on a date can come no more: AWS takes no schedule in the past.

    A day's grace for the time zone of the window.
    """
    begins = moment(start.get("scheduleExpression"))
    if not isinstance(begins, datetime):
        return False
    return (begins - timedelta(hours=hours + 24)).date() <= (context.today or today_utc())


def has_begun(parts: Iterable[Part], context: Context) -> bool:
    """True for a window on a date of which only the end is to come: AWS takes no schedule for a start in the past."""
    ends = [moment(schedule.get("scheduleExpression")) for schedule, event in parts if event.get("phase") == "end"]
    starts = any(event.get("phase") == "start" for _, event in parts)
    limit = (context.today or today_utc()) + timedelta(days=2)  # of a day, and a day's grace for its time zone
    return not starts and any(isinstance(end, datetime) and end.date() <= limit for end in ends)


def length_problems(window: str, phases: Mapping[str, Part], parts: list[Part], years: Calendar) -> Iterator[Problem]:
    """A window that is open for another time than its notices tell."""
    (start, _), (end, _) = phases["start"], phases["end"]
    minutes = minutes_apart(start, end, years)
    told = {number(event.get("duration_minutes")) for _, event in parts if "duration_minutes" in event}
    if minutes is None and years:
        yield Problem(
            f"the window {window} does not end once after each start; give its end the same day", "target", end
        )
    if minutes is not None and told - {minutes}:
        yield Problem(
            f"the window {window} is open for {minutes} minutes, and its notices tell of "
            f"{', '.join(sorted(map(str, told)))}; make them equal",
            "scheduleExpression",
            end,
        )


def calendar(parts: list[Part], context: Context) -> Calendar:
    """When each schedule of a window that comes in one week a month does something; empty for any other window."""
    if not any(is_monthly(schedule.get("scheduleExpression")) for schedule, _ in parts):
        return {}
    played = []
    for schedule, event in parts:
        machines = list(context.graph.referenced(schedule, "target.arn", *STATE_MACHINE))
        readable = bool(machines) and definition(machines[0]) is not None
        if publishes(schedule, context) or readable:
            text = str(machines[0].get("definition")) if readable else None
            played.append((schedule, (str(schedule.get("scheduleExpression")), json.dumps(event), text)))
    told = done([one for _, one in played])
    return {schedule.urn: moments for (schedule, _), moments in zip(played, told, strict=True)}


def minutes_apart(earlier: Resource, later: Resource, years: Calendar) -> int | None:
    """Minutes from what one schedule does to what another one does next; None where they do not come in pairs."""
    if not years:
        return minutes_between(earlier.get("scheduleExpression"), later.get("scheduleExpression"))
    return distance(years.get(earlier.urn, ()), years.get(later.urn, ()))


def event_phase(part: Part) -> str | None:
    """The phase that a schedule tells the workflow, where it tells one."""
    return str(part[1]["phase"]) if "phase" in part[1] else None


def windows(context: Context) -> dict[str, list[Part]]:
    """Window -> its schedules, with the event that each sends."""
    found: dict[str, list[Part]] = defaultdict(list)
    for schedule in context.graph.of_type(*SCHEDULE):
        event = sent(schedule)
        if isinstance(event, Mapping) and isinstance(event.get("window"), str):
            found[event["window"]].append((schedule, event))
    return found


def publishes(schedule: Resource, context: Context) -> bool:
    """True for a schedule whose target is a topic, or SNS's Publish with one."""
    if context.graph.referenced(schedule, "target", *TOPIC):
        return True
    text = schedule.get("target.input")
    given = parse_json(text) if isinstance(text, str) else None
    arns = [topic.outputs.get("arn") for topic in context.graph.of_type(*TOPIC)]
    return isinstance(given, Mapping) and given.get("TopicArn") in arns


def sent(schedule: Resource) -> Any:
    """What a schedule sends: its target's input, or the message in it where the target is SNS's Publish."""
    text = schedule.get("target.input")
    event = parse_json(text) if isinstance(text, str) else None
    if isinstance(event, Mapping) and isinstance(event.get("Message"), str):
        return parse_json(event["Message"])
    return event


def opening(context: Context) -> list[tuple[Resource, tuple[str, str]]]:
    """State machines that windows start, each with the events of one window's start and end, as JSON."""
    started = {}
    for parts in context.once(windows).values():
        if has_begun(parts, context):
            continue
        events = {str(event["phase"]): event for _, event in parts if event.get("phase") in ENDS}
        for schedule, event in parts:
            if event.get("phase") not in ENDS:
                continue
            for machine in context.graph.referenced(schedule, "target.arn", *STATE_MACHINE):
                if definition(machine) is not None:
                    begin, end = (
                        json.dumps(events.get(phase, {"phase": phase, "window": "w"}), ensure_ascii=False)
                        for phase in ENDS
                    )
                    started[machine.urn] = machine, (begin, end)
    return list(started.values())


def rehearsed(text: str, events: tuple[str, str]) -> tuple[str, ...]:
    """As `rehearsal` finds it; copies of one machine that goes well, which differ in their names alone, are run once.

    But where an event tells one of the names, or the machine does more with names than to compare them.
    """
    copy, names = shaped(text)
    told = any(name in event for event in events for name in names) or any(map(LOOKS_INTO.search, names))
    return () if not told and not _looks_into(copy) and not rehearsal(copy, events) else rehearsal(text, events)


@per_text()
def _looks_into(copy: str) -> bool:
    return bool(LOOKS_INTO.search(copy))


LOOKS_INTO: Final = re.compile(r"String(?!Equals)[A-Z]|States\.(?!Format\b)\w+\(|\{%")
"""What may tell one name from another by a part of it: patterns and orders, functions, and all of JSONata."""


@remembered
def rehearsal(text: str, events: tuple[str, str]) -> tuple[str, ...]:
    """What goes wrong when a window opens, closes, or is called for neither; `events` are its start and its end."""
    document = json.loads(text)
    firewall = any(task.action == "wafv2:UpdateIPSet" for task in tasks(document))
    listener = any(task.action == MOVES for task in tasks(document))
    asked = tuple(literals([choice for state in document["States"].values() for choice in state.get("Choices", ())]))
    begins, ends = (json.loads(event) for event in events)
    found: list[str] = []
    values: dict[str, set[str]] = {}
    left: dict[str, str] = {}
    for phase, event in (("start", begins), ("end", ends)):
        world = World(failing=lambda call, times: times < 2, web_acl=asked, parameters=dict(left))
        execution = run(document, event, world)
        if execution.status != "SUCCEEDED":
            found.append(
                f"at the {phase} of a window it ends as {execution.status} ({execution.error}) though calls recover"
            )
        own = [name for name in world.parameters if name not in event.values()]
        values[phase] = {world.parameters[name] for name in own}
        opened, left = left, dict(world.parameters)
        if not world.done("sns:publish"):
            found.append(f"at the {phase} of a window nobody is told")
        shows = [call.get("Addresses") for call in world.done("wafv2:updateIPSet")]
        whole = [net for addresses in shows for net in joined(addresses)]
        answered = [kinds(conditions) for conditions in world.conditions.values()]
        if firewall and phase == "start" and not all(net in whole for net in EVERYBODY):
            found.append("at the start of a window the page is not shown to everybody, over IPv4 and IPv6")
        if listener and phase == "start" and (not answered or any(one != {"host-header"} for one in answered)):
            found.append("at the start of a window the listener's page is not shown to every request to the host")
        if firewall and phase == "end" and (any(shows) or len(shows) < len(EVERYBODY)):
            found.append("at the end of a window the page is not taken away")
        if listener and phase == "end" and (not answered or any("source-ip" not in one for one in answered)):
            found.append("at the end of a window the listener's page is not taken away")
    if len(values["start"]) != 1 or len(values["end"]) != 1 or values["start"] == values["end"]:
        found.append("the parameter does not say whether a window is open")
    silent = World(failing=lambda call, times: call == "sns:publish", parameters=dict(opened))
    silent.web_acl = asked
    if run(document, ends, silent).status != "SUCCEEDED":
        found.append("a notice that can't be sent keeps the window from closing")
    if run(document, {"phase": "other"}, World()).status != "FAILED":
        found.append("a phase that is neither start nor end is not refused")
    return tuple(found)


def kinds(conditions: Any) -> set[str]:
    """What the conditions of a listener rule are about."""
    return {str(condition.get("Field")) for condition in mappings(conditions)}


def joined(addresses: Any) -> list[Any]:
    """Ranges of one update, put together."""
    try:
        nets: list[Any] = [ipaddress.ip_network(one) for one in addresses or ()]
        return list(ipaddress.collapse_addresses(nets)) if nets else []
    except (TypeError, ValueError):
        return []


def _schedule(expression: str, target: str, **event: object) -> tuple[str, dict[str, Any]]:
    sent = {"arn": target, "input": json.dumps({"window": "weekly", **event})}
    return SCHEDULE[0], {"scheduleExpression": expression, "scheduleExpressionTimezone": "UTC", "target": sent}


def _notice(expression: str, **event: object) -> tuple[str, dict[str, Any]]:
    told = {"message": "Patching", "time_zone": "UTC", "duration_minutes": 30, **event}
    return _schedule(expression, "arn:users", **told)


def _published(expression: str, **event: object) -> tuple[str, dict[str, Any]]:
    kind, inputs = _notice(expression, **event)
    given = json.dumps({"TopicArn": "arn:users", "Subject": "Maintenance", "Message": inputs["target"]["input"]})
    target = {"arn": "arn:aws:scheduler:::aws-sdk:sns:publish", "input": given}
    return kind, {**inputs, "target": target}


def _put(name: str, value: str, then: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter",
        "Parameters": {"Name": name, "Value": value},
        "ResultPath": None,
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "Next": then,
    }


_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "users": (TOPIC[0], {}),
    "week": _notice("cron(0 10 ? * WED *)", hours=168),
    "day": _notice("cron(0 10 ? * TUE *)", hours=24),
    "hour": _published("cron(0 9 ? * WED *)", hours=1),
    "start": _schedule("cron(0 10 ? * WED *)", "arn:window", phase="start"),
    "end": _schedule("cron(30 10 ? * WED *)", "arn:window", phase="end"),
}
_MACHINE: Final = {
    "StartAt": "Which phase",
    "States": {
        "Which phase": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.phase", "StringEquals": phase, "Next": state}
                for phase, state in (("start", "Open"), ("end", "Close"), ("due", "Mark"), ("ahead", "Read"))
            ],
            "Default": "Unknown",
        },
        "Mark": _put("/monthly", "due", "Done"),
        "Open": _put("/window", "open", "Tell"),
        "Close": _put("/window", "closed", "Forget"),
        "Forget": _put("/monthly", "idle", "Tell"),
        "Read": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter",
            "Parameters": {"Name": "/monthly"},
            "Next": "Is it due",
        },
        "Is it due": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.Parameter.Value", "StringEquals": "due", "Next": "Tell"}],
            "Default": "Done",
        },
        "Tell": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Parameters": {"TopicArn": "arn:users", "Message": "Maintenance"},
            "Retry": [{"ErrorEquals": ["States.ALL"]}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
        "Unknown": {"Type": "Fail"},
    },
}
_TOLD: Final = {"message": "Patching", "time_zone": "UTC", "duration_minutes": 30}
_MONTHLY: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "users": (TOPIC[0], {}),
    "window": (STATE_MACHINE[0], {"definition": json.dumps(_MACHINE)}),
    "week": _notice("cron(0 10 ? * 1L *)", hours=168),
    "due": _schedule("cron(0 10 ? * 1L *)", "arn:window", phase="due", stage="/monthly"),
    "day": _schedule("cron(0 10 ? * SAT *)", "arn:window", phase="ahead", hours=24, **_TOLD),
    "hour": _notice("cron(0 9 ? * SUN#1 *)", hours=1),
    "start": _schedule("cron(0 10 ? * 1#1 *)", "arn:window", phase="start", stage="/monthly"),
    "end": _schedule("cron(30 10 ? * 1#1 *)", "arn:window", phase="end", stage="/monthly"),
}
_SET: Final = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter", "End": True}

_LATE: Final = but(
    _GOOD,
    {
        "week": None,
        "day": None,
        "hour": None,
        "start.scheduleExpression": "at(2020-01-15T10:00:00)",
        "end.scheduleExpression": "at(2020-01-15T10:30:00)",
    },
)
"""A window on a date, whose notices can come no more."""

RULE = Rule(
    id="maintenance-users-warned",
    title="Users hear of a window 7 days, 24 hours and 1 hour ahead, and it opens and closes",
    severity=Severity.MEDIUM,
    why="Users plan by the notices; a page that stays after the window is an outage.",
    fix="Give each window a schedule at each of these hours, and correct the state that the message is about.",
    source="docs/architecture.md, maintenance",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    failing=but(_GOOD, {"day": None}),
    also_failing=each(
        _GOOD,
        {"end": None},
        {"start": None},
        {"day.target.arn": "arn:nobody"},
        {"hour.target.input": '{"TopicArn": "arn:nobody", "Message": "{}"}'},
        {"hour": _published("cron(0 9 ? * WED *)", hours=2)},
        {"hour.scheduleExpressionTimezone": "Europe/Vilnius"},
        {"hour.state": "DISABLED"},
        {"day": _notice("cron(0 10 ? * TUE *)", hours=12)},
        {"day": _notice("cron(0 10 ? * TUE *)", hours=24, message="")},
        {"end.scheduleExpression": "cron(0 12 ? * WED *)"},
        {"window": (STATE_MACHINE[0], {"definition": json.dumps({"StartAt": "Set", "States": {"Set": _SET}})})},
    )
    + each(
        _LATE,
        {"start.scheduleExpression": "at(2120-01-17T10:00:00)", "end.scheduleExpression": "at(2120-01-17T10:30:00)"},
        {"start": None, "end.scheduleExpression": "at(2120-01-17T10:30:00)"},
    )
    + each(
        _MONTHLY,
        {"due": None},
        {"due.scheduleExpression": "cron(0 10 ? * 1#2 *)"},
        {"day.scheduleExpression": "cron(0 10 ? * FRI *)"},
        {"hour.scheduleExpression": "cron(0 9 ? * SUN#2 *)"},
        {"end.scheduleExpression": "cron(30 10 ? * 1#2 *)"},
        {"end.scheduleExpression": "cron(30 10 ? * SUN *)"},
    ),
    also_passing=(_LATE, but(_LATE, {"start": None}), _MONTHLY),
)
