"""Maintenance windows on both sides of both clock changes of a year."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deployment import tokens
from infra.settings.window_checks import is_day_of
from workbench.emulator import words
from workbench.emulator.behaviour.listener import Listener
from workbench.emulator.behaviour.receiver import Receiver
from workbench.emulator.behaviour.topics import Message
from workbench.emulator.behaviour.waf import RULE_GROUP, Answer, Request, WebAcl
from workbench.emulator.scenarios import _muting
from workbench.emulator.scenarios._windows import MARGIN, Occurrence, seasons
from workbench.emulator.stage import NotApplicableError, Stage
from workbench.emulator.statefile import Entry

CRITERION = (
    "Users hear of a maintenance window in advance, see a 503 page during it only, and no safety alarm is muted."
)
WEBHOOK = "https://chat.test/maintenance"
MINUTE = timedelta(minutes=1)
PARAMETER = tokens.PARAMETER[0]


@dataclass(frozen=True)
class Look:
    """What a user and a rollout would see at a moment."""

    at: datetime
    status: int
    come_back: str
    """What the page says of when to come back: a header, or the body."""
    other_host: int
    parameter: str


@dataclass
class Watch:
    """What was heard and seen."""

    stage: Stage
    firewall: Entry | None
    """Web ACL with the page; None of a shared stack, whose listener has it, and while parked."""
    heard: list[tuple[datetime, str, str]] = field(default_factory=list)
    """(moment, window, "<n> h ahead", "start" or "end")."""
    looks: dict[datetime, Look] = field(default_factory=dict)

    def note(self, message: Message) -> None:
        """Take note of a published message."""
        body = message.body
        if isinstance(body, dict) and str(body.get("event", "")).startswith("maintenance-"):
            kind = f"{body['hours']} h ahead" if "hours" in body else body["event"].removeprefix("maintenance-")
            self.heard.append((message.at, body["window"], kind))

    def look(self) -> None:
        """Ask for a page, and for the parameter that stops a rollout's clock."""
        account = self.stage.account
        status, come_back, other = 0, "", 0
        if self.has_page:
            answer = self.ask(self.stage.settings.edge.domain_name)
            status, come_back = answer.status, answer.headers.get("Retry-After") or answer.body or "nothing"
            other = self.ask("another.example.com").status
        name = self.stage.entry(PARAMETER, "maintenance-window").id
        parameter = account.answers.call("ssm", "get_parameter", Name=name)["Parameter"]["Value"]
        self.looks[account.clock.now] = Look(account.clock.now, status, come_back, other, parameter)

    @property
    def has_page(self) -> bool:
        """Whether something shows the page; nothing does while parked."""
        return self.firewall is not None or self.listener_arn is not None

    @property
    def listener_arn(self) -> str | None:
        """Listener of the platform, which a shared stack's page is a rule of; the rules are all of its own."""
        platform = self.stage.settings.tenancy.platform
        return None if platform is None or self.stage.settings.uptime.parked else platform.listener_arn

    def ask(self, host: str) -> Answer:
        """What a user of a host gets."""
        answers = self.stage.account.answers
        if self.firewall is not None:
            return WebAcl.live(answers, self.firewall).answer(_request(host))
        return Listener.live(answers, str(self.listener_arn)).answer(_request(host))

    def told(self, occurrence: Occurrence, kind: str, due: datetime) -> bool:
        """Whether a notice of a window was published at the moment it was due."""
        return (due, occurrence.window.name, kind) in self.heard


def play(stage: Stage) -> None:
    """Let time run through windows before and after each clock change; look at notices, page and muting."""
    declared = stage.settings.maintenance
    if not declared.windows:
        raise NotApplicableError("no maintenance window is declared (plant:maintenance.windows)")
    account, zone = stage.account, ZoneInfo(declared.time_zone)
    groups = seasons(declared.windows, zone, account.clock.now)
    if not groups:
        raise NotApplicableError(f"every declared window is over before {words.moment(account.clock.now, zone)}")
    topic = stage.entry(tokens.TOPIC[0], "notices").id
    queue = stage.listen(topic)
    watch = Watch(stage, _firewall(stage))
    if not stage.settings.uptime.parked:
        stage.finally_do(lambda: _platform_asks(stage, asks=False))  # a rule group that is asked can't be deleted
        _platform_asks(stage, asks=True)
    account.topics.on_message = watch.note
    with Receiver("chat.test") as webhook:
        answer = stage.call("sns", "subscribe", TopicArn=topic, Protocol="https", Endpoint=WEBHOOK)
        stage.finally_do(lambda: stage.call("sns", "unsubscribe", SubscriptionArn=answer["SubscriptionArn"]))
        account.topics.endpoints[WEBHOOK] = webhook.post
        muting = _muting.rehearse(stage, groups[0][0])
        for group in groups:
            account.clock.advance(group[0].starts_at - MARGIN)
            account.timetable.follow(group[-1].ends_at + timedelta(hours=3), "maintenance")
            for occurrence in group:
                for moment in _moments(occurrence):
                    account.clock.at(moment, watch.look)
            account.clock.advance(group[-1].ends_at + timedelta(hours=3))
        occurrences = [occurrence for group in groups for occurrence in group]
        for occurrence in occurrences:
            _window(stage, watch, occurrence)
        _only_then(stage, watch, zone)
        _page(stage, watch, occurrences)
        _rules_asked(stage)
        _clock_change(stage, occurrences)
        muting()
        arrived = [item for item in queue() if isinstance(item, dict) and "window" in item]
        stage.demand(
            "a subscribed queue and a webhook got every notice",
            len(arrived) == len(webhook.received) == len(watch.heard) > 0,
            f"{len(arrived)} in the queue, {len(webhook.received)} at the webhook, {len(watch.heard)} published"
            + "".join(f"; {text}" for text in account.refused()),
        )


def _moments(occurrence: Occurrence) -> list[datetime]:
    """Just before and after each end of a window, and its middle."""
    begin, end = occurrence.starts_at, occurrence.ends_at
    return [begin - MINUTE, begin + MINUTE, begin + (end - begin) / 2, end - MINUTE, end + MINUTE]


def _window(stage: Stage, watch: Watch, occurrence: Occurrence) -> None:
    declared = stage.settings.maintenance
    title = f"{occurrence}: " if len(declared.windows) == 1 else f"{occurrence.window.name} {occurrence}: "
    due = {f"{hours} h ahead": occurrence.at(-timedelta(hours=hours)) for hours in declared.notice_hours}
    late = [kind for kind, moment in due.items() if not watch.told(occurrence, kind, moment)]
    stage.demand(
        f"{title}users are told ahead, at the same time on the wall",
        not late,
        f"not told {words.listed(late)}"
        if late
        else words.listed(f"{kind} on {words.moment(moment, occurrence.zone)}" for kind, moment in due.items()),
    )
    ends = {"start": occurrence.starts_at, "end": occurrence.ends_at}
    missing = [kind for kind, moment in ends.items() if not watch.told(occurrence, kind, moment)]
    stage.demand(
        f"{title}start and end are announced",
        not missing and not occurrence.skipped(timedelta(0)),
        _unannounced(watch, occurrence, missing)
        if missing or occurrence.skipped(timedelta(0))
        else words.listed(f"{kind} {moment.astimezone(occurrence.zone):%H:%M %Z}" for kind, moment in ends.items()),
    )
    before, *inside, after = (watch.looks[moment] for moment in _moments(occurrence))
    stage.demand(
        f"{title}a rollout's clock stops in the window only",
        [look.parameter for look in (before, *inside, after)] == ["closed", "open", "open", "open", "closed"],
        words.listed(
            f"{look.at.astimezone(occurrence.zone):%H:%M} {look.parameter}" for look in (before, *inside, after)
        ),
    )
    if watch.has_page:
        stage.demand(
            f"{title}the 503 page is on in the window only",
            [look.status for look in (before, *inside, after)] == [200, 503, 503, 503, 200],
            words.listed(
                f"{look.at.astimezone(occurrence.zone):%H:%M} {look.status}" for look in (before, *inside, after)
            ),
        )


def _unannounced(watch: Watch, occurrence: Occurrence, missing: list[str]) -> str:
    if occurrence.skipped(timedelta(0)):
        return f"{occurrence.local:%H:%M} does not exist on that day: the clocks go forward, and the start is skipped"
    heard = [
        f"{kind} {words.moment(at, occurrence.zone)}"
        for at, name, kind in watch.heard
        if name == occurrence.window.name and kind in missing and abs(at - occurrence.starts_at) < timedelta(hours=12)
    ]
    ends = f"{occurrence.ends_at.astimezone(occurrence.zone):%H:%M %Z}"
    return f"{words.listed(missing)} not at {occurrence} to {ends}; heard {words.listed(heard)}"


def _only_then(stage: Stage, watch: Watch, zone: ZoneInfo) -> None:
    """What schedules look at each week is said in the weeks of the window alone."""
    monthly = {window.name: window for window in stage.settings.maintenance.windows if window.week_of_month}
    if not monthly:
        return
    stray = []
    for at, name, kind in watch.heard:
        if name in monthly:
            back = timedelta(minutes=monthly[name].duration_minutes) if kind == "end" else timedelta(0)
            ahead = timedelta(hours=int(kind.split()[0])) if kind.endswith("ahead") else timedelta(0)
            wall = at.astimezone(zone).replace(tzinfo=None) + ahead - back
            if not is_day_of(monthly[name], wall.date()):
                stray.append(f"{kind} of {name} on {words.moment(at, zone)}")
    stage.demand(
        "nothing is said of a monthly window in another week",
        not stray,
        words.listed(stray) if stray else f"{len(watch.heard)} notices, each of a window that came",
    )


def _page(stage: Stage, watch: Watch, occurrences: list[Occurrence]) -> None:
    if not watch.has_page:
        stage.leave_out("the 503 page", "the stack is parked: it has nothing to show it")
        return
    shown = [look for look in watch.looks.values() if look.status == 503]
    if watch.firewall is not None:
        wanted = str(stage.settings.firewall.retry_after_seconds)
        waits = {look.come_back for look in shown}
        stage.demand("the page says when to come back", waits == {wanted}, f"Retry-After {words.listed(sorted(waits))}")
        return
    silent = [
        body
        for occurrence in occurrences
        for moment in _moments(occurrence)
        if watch.looks[moment].status == 503 and not _says_end(body := watch.looks[moment].come_back, occurrence)
    ]
    stage.demand(
        "the page says when to come back",
        bool(shown) and not silent,
        words.listed(sorted(set(silent) or {look.come_back for look in shown})),
    )
    others = {look.other_host for look in watch.looks.values()}
    stage.demand(
        "the platform's other services are not closed along with it",
        others == {200},
        f"another host: status {words.listed(sorted(others))}",
    )


def _says_end(body: str, occurrence: Occurrence) -> bool:
    """Whether a page says when its window ends, as the wall shows it."""
    try:
        content = json.loads(body)
    except ValueError:
        return False
    end = (occurrence.local + timedelta(minutes=occurrence.window.duration_minutes)).strftime("%Y-%m-%dT%H:%M")
    once = occurrence.window.starts_at is not None
    return {**content, "error": ""} == {
        "error": "",
        "until": end if once else end[-5:],
        "time_zone": occurrence.zone.key,
    }


def _rules_asked(stage: Stage) -> None:
    """The platform takes the rule group out of its web ACL, a window comes, and the platform puts it back."""
    platform = stage.settings.tenancy.platform
    if platform is None or stage.settings.uptime.parked:
        return
    stage.finally_do(lambda: _platform_asks(stage, asks=True))
    _platform_asks(stage, asks=False)
    machine = str(stage.entry(tokens.STATE_MACHINE[0], "maintenance").outputs["arn"])
    event = {"window": "rules", "subject": "Maintenance", "message": "Maintenance", "page": "{}"}
    ends = [stage.account.executions.start(machine, {"phase": phase, **event}) for phase in ("start", "end")]
    stage.demand(
        "a rule group that the platform's web ACL does not ask is an alert",
        {execution.error.name if execution.error else "" for execution in ends} == {"RulesNotAsked"},
        words.listed(execution.error.cause if execution.error else execution.status for execution in ends),
    )


def _platform_asks(stage: Stage, *, asks: bool) -> None:
    """The platform refers to the stack's rule group in its web ACL, or no longer."""
    platform = stage.settings.tenancy.platform
    if platform is None:
        return
    name, identifier = platform.web_acl_arn.split("/")[-2:]
    named = {"Name": name, "Id": identifier, "Scope": "REGIONAL"}
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": "plant"}
    other: dict[str, Any] = {
        "Name": "other",
        "Priority": 1,
        "Statement": {"GeoMatchStatement": {"CountryCodes": ["AQ"]}},
        "Action": {"Count": {}},
        "VisibilityConfig": seen,
    }
    plant: dict[str, Any] = {
        "Name": "plant",
        "Priority": 2,
        "OverrideAction": {"None": {}},
        "VisibilityConfig": seen,
    }
    if asks:
        plant["Statement"] = {"RuleGroupReferenceStatement": {"ARN": stage.entry(RULE_GROUP).outputs["arn"]}}
    stage.call(
        "wafv2",
        "update_web_acl",
        **named,
        DefaultAction={"Allow": {}},
        VisibilityConfig=seen,
        LockToken=stage.call("wafv2", "get_web_acl", **named)["LockToken"],
        Rules=[other, plant] if asks else [other],
    )


def _clock_change(stage: Stage, occurrences: list[Occurrence]) -> None:
    what = "the windows keep their time on the wall across the clock changes"
    weekly = [occurrence for occurrence in occurrences if occurrence.window.starts_at is None]
    offsets = {occurrence.starts_at.astimezone(occurrence.zone).strftime("%Z (UTC%z)") for occurrence in weekly}
    if len(offsets) < 2:
        stage.leave_out(what, f"no weekly window, or no clock change in {stage.settings.maintenance.time_zone}")
        return
    walls = {f"{item.window.name} {item.starts_at.astimezone(item.zone):%H:%M}" for item in weekly}
    names = {item.window.name for item in weekly}
    stage.demand(
        what,
        len(walls) == len(names),
        f"{words.listed(sorted(walls))} in {words.listed(sorted(offsets))}",
    )


def _firewall(stage: Stage) -> Entry | None:
    """What shows the page of a dedicated stack, which has to have it."""
    if stage.settings.uptime.parked:
        return None
    return stage.entry(tokens.WEB_ACL[0]) if stage.settings.tenancy.kind == "dedicated" else None


def _request(host: str) -> Request:
    return Request("/v1/plants", "198.51.100.7", headers={"host": host})
