"""Two weekly windows, one on either side of the end of summer time."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workbench.emulator.behaviour.waf import Request, WebAcl
from workbench.emulator.stage import Stage

CRITERION = (
    "Users hear of a maintenance window in advance, see a 503 page during it only, and no safety alarm is muted."
)
WEEKS = 2
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
SCHEDULE = "aws:scheduler/schedule:Schedule"


def play(stage: Stage) -> None:
    """Let time run through the windows; look at notices, page and muting."""
    account = stage.account
    start = stage.entry(SCHEDULE, "-start").outputs
    zone = ZoneInfo(start["scheduleExpressionTimezone"])
    topic = stage.entry("aws:sns/topic:Topic", "notices").id
    received = stage.listen(topic)
    heard: list[tuple[str, datetime]] = []
    pages: list[tuple[datetime, int, str]] = []

    def look() -> None:
        answer = WebAcl.live(account.api, stage.entry(WEB_ACL)).answer(Request(path="/plants", ip="198.51.100.7"))
        pages.append((account.clock.now, answer.status, answer.headers.get("Retry-After", "")))

    def note(message: object) -> None:
        body = getattr(message, "body", None)
        if isinstance(body, dict) and str(body.get("event", "")).startswith("maintenance-"):
            kind = f"{body['hours']} h ahead" if "hours" in body else body["event"].removeprefix("maintenance-")
            heard.append((kind, account.clock.now))

    account.on_message = note
    until = account.clock.now + timedelta(weeks=WEEKS)
    account.schedule_all(until, "maintenance")
    windows = _windows(start["scheduleExpression"], str(zone), account.clock.now, until)
    for window in windows:
        for minutes in (-1, 1, 15, 29, 31):
            account.clock.at(window + timedelta(minutes=minutes), look)
    account.clock.advance(until)
    for window in windows:
        local = f"{window.astimezone(zone):%a %d %b %H:%M %Z}"
        for hours in (24, 1):
            due = window.astimezone(zone).replace(tzinfo=None) - timedelta(hours=hours)
            told = [
                at
                for kind, at in heard
                if kind == f"{hours} h ahead" and at.astimezone(zone).replace(tzinfo=None) == due
            ]
            stage.demand(
                f"{local}: notice {hours} h ahead",
                bool(told),
                [f"{at.astimezone(zone):%a %d %b %H:%M %Z}" for at in told],
            )
        for kind in ("start", "end"):
            told = [at for item, at in heard if item == kind and timedelta(0) <= at - window <= timedelta(minutes=31)]
            stage.demand(
                f"{local}: {kind} is announced", bool(told), [f"{at.astimezone(zone):%H:%M %Z}" for at in told]
            )
        inside = [status for at, status, _ in pages if window < at < window + timedelta(minutes=30)]
        outside = [
            status for at, status, _ in pages if at in (window - timedelta(minutes=1), window + timedelta(minutes=31))
        ]
        stage.demand(f"{local}: the 503 page is on", inside == [503, 503, 503], inside)
        stage.demand(f"{local}: and off before and after", outside == [200, 200], outside)
    week_ahead = [at for kind, at in heard if kind == "168 h ahead"]
    stage.demand(
        "notices 7 d ahead", len(week_ahead) >= len(windows) - 1, [f"{at:%a %d %b %H:%MZ}" for at in week_ahead]
    )
    waits = {wait for _, status, wait in pages if status == 503}
    stage.demand("the page says when to come back", bool(waits) and "" not in waits, sorted(waits))
    offsets = {str(window.astimezone(zone).utcoffset()) for window in windows}
    stage.demand("the windows keep their local time across the clock change", len(offsets) == 2, offsets)
    _muting(stage, windows[0])
    stage.demand(
        "a subscribed queue got every notice", len(received()) >= len(heard) > 0, f"{len(received())} of {len(heard)}"
    )


def _muting(stage: Stage, window: datetime) -> None:
    alarms = stage.entries("aws:cloudwatch/metricAlarm:MetricAlarm")
    middle = window + timedelta(minutes=15)
    muted = {entry.urn.rsplit("::", 1)[-1] for entry in alarms if stage.account.is_muted(entry.id, middle)}
    safety = {
        entry.urn.rsplit("::", 1)[-1]
        for entry in alarms
        if any(part in entry.urn for part in ("canary", "launch-failures", "traffic-spike"))
    }
    stage.demand("pages for people are muted during the window", bool(muted), sorted(muted))
    stage.demand("scaling and rollback alarms are not", not muted & safety and bool(safety), sorted(safety))
    after = {entry.id for entry in alarms if stage.account.is_muted(entry.id, window + timedelta(minutes=31))}
    stage.demand("nothing stays muted", not after, sorted(after))


def _windows(expression: str, zone: str, now: datetime, until: datetime) -> list[datetime]:
    from workbench.emulator.behaviour.schedules import next_time

    found = []
    moment = next_time(expression, zone, now)
    while moment is not None and moment < until:
        found.append(moment)
        moment = next_time(expression, zone, moment)
    return found
