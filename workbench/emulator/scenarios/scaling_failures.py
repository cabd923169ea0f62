"""Launches fail."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.behaviour.launches import LAUNCH_FAILED, LAUNCHED, launch_event
from workbench.emulator.behaviour.receiver import Receiver
from workbench.emulator.behaviour.topics import RETRY_DELAY, Delivery
from workbench.emulator.scenarios import _pods
from workbench.emulator.scenarios._fleet import GROUP
from workbench.emulator.stage import Stage
from workbench.emulator.statefile import Entry

CRITERION = "More than 5 % failed launches raise an alarm, and the Health Aggregator gets it in the documented shape."
ENDPOINT = "https://aggregator.test/health"
KEYS = {"schema", "service", "stack", "check", "status", "since", "reason"}
"""Keys of a health event (components/observability/health_feed.py)."""


def play(stage: Stage) -> None:
    """As many launches fail as are allowed, then one more, in the other fleet; then launches work again."""
    stage.needs_a_running_stack()
    account = stage.account
    if account.cluster is not None:
        _on_pods(stage)
        return
    alarm = stage.alarm("launch-failures")
    limit = stage.settings.slo.scaling_failure_threshold_percent
    window = stage.settings.slo.scaling_failure_window_minutes
    attempts = 100 // math.gcd(100, limit)
    allowed = attempts * limit // 100
    with _aggregator(stage) as aggregator:
        account.minute()
        _launches(stage, "stable", LAUNCHED, attempts - allowed)
        _launches(stage, "stable", LAUNCH_FAILED, allowed)
        account.minutes(2)
        state = account.alarms.state(alarm.id)
        stage.demand(
            f"{limit} % failed launches are no alarm", state == "OK", f"state {state}, {_rate(stage, alarm, window)}"
        )
        aggregator.receiver.statuses += [503, 503]
        # In the other fleet, so that an event rule that leaves one out is noticed.
        _launches(stage, "canary", LAUNCH_FAILED, 1)
        account.minutes(2)
        state = account.alarms.state(alarm.id)
        stage.demand(
            f"more than {limit} % are an alarm", state == "ALARM", f"state {state}, {_rate(stage, alarm, window)}"
        )
        _reported(stage, aggregator, alarm.id)
        _told(stage, alarm, "ALARM", "people are told")
        account.minutes(3 * window + 5)
        state = account.alarms.state(alarm.id)
        stage.demand("it ends once launches work again", state == "OK", f"state {state}, {_rate(stage, alarm, window)}")
        events = [event for event in aggregator.events() if event.get("check") == alarm.id]
        stage.demand(
            "the aggregator hears of the end as well",
            bool(events) and events[-1].get("status") == "OK",
            words.listed(f"{event.get('status')} since {event.get('since', 'no moment')}" for event in events),
        )
        _told(stage, alarm, "OK", "and so are people")


def _on_pods(stage: Stage) -> None:
    """Pods find their nodes; then none has room; then there is room again."""
    account, alarm = stage.account, stage.alarm(_pods.scaling_failure_alarm(stage))
    limit, window = (
        stage.settings.slo.scaling_failure_threshold_percent,
        stage.settings.slo.scaling_failure_window_minutes,
    )
    with _aggregator(stage) as aggregator:
        account.minutes(2)
        state = account.alarms.state(alarm.id)
        stage.demand("pods that find a node are no alarm", state == "OK", f"state {state}")
        aggregator.receiver.statuses += [503, 503]
        _pods.nodes_are_full(stage)
        state = account.alarms.state(alarm.id)
        stage.demand(
            f"more than {limit} % that find none are an alarm",
            state == "ALARM",
            f"state {state}, {_rate(stage, alarm, window)}",
        )
        account.minutes(2)
        _reported(stage, aggregator, alarm.id)
        _told(stage, alarm, "ALARM", "people are told")
        account.minutes(3 * window + 5)
        state = account.alarms.state(alarm.id)
        stage.demand("it ends once there is room again", state == "OK", f"state {state}, {_rate(stage, alarm, window)}")
        _told(stage, alarm, "OK", "and so are people")


@dataclass
class Aggregator:
    """The Health Aggregator's HTTPS endpoint."""

    stage: Stage
    receiver: Receiver
    endpoint: str
    subscribed_by: str

    def events(self) -> list[dict[str, Any]]:
        """Health events that it took, oldest first."""
        return [_content(body) for body in self.receiver.received]

    def deliveries(self, check: str, status: str) -> list[Delivery]:
        """Attempts to deliver the event of a check."""
        return [
            item
            for item in self.stage.account.topics.deliveries
            if item.endpoint == self.endpoint
            and (_content(item.body).get("check"), _content(item.body).get("status")) == (check, status)
        ]


@contextlib.contextmanager
def _aggregator(stage: Stage) -> Iterator[Aggregator]:
    """A receiver at the declared endpoint; where none is declared, at one that is subscribed for the rehearsal."""
    topic = stage.entry(tokens.TOPIC[0], "health").id
    declared = stage.settings.platform.health_aggregator.endpoint
    endpoint = str(declared) if declared else ENDPOINT
    if not declared:
        answer = stage.call("sns", "subscribe", TopicArn=topic, Protocol="https", Endpoint=endpoint)
        stage.finally_do(lambda: stage.call("sns", "unsubscribe", SubscriptionArn=answer["SubscriptionArn"]))
    with Receiver(urlsplit(endpoint).hostname or "") as receiver:
        stage.account.topics.endpoints[endpoint] = receiver.post
        yield Aggregator(stage, receiver, endpoint, "the stack" if declared else "the rehearsal")


def _launches(stage: Stage, fleet: str, kind: str, count: int) -> None:
    group = stage.account.scaling.describe(stage.entry(GROUP, fleet).id)
    for number in range(count):
        message = "" if kind == LAUNCHED else "We currently do not have sufficient capacity"
        event = launch_event(
            kind, group, f"i-{number:017x}" if kind == LAUNCHED else "", stage.account.clock.now, message
        )
        stage.account.router.put(event)


def _rate(stage: Stage, alarm: Entry, window_minutes: int) -> str:
    described = stage.call("cloudwatch", "describe_alarms", AlarmNames=[alarm.id])["MetricAlarms"][0]
    start = stage.account.clock.now - timedelta(minutes=window_minutes)
    rate, _ = stage.account.alarms.datapoint(described, start, window_minutes * 60)
    if rate is None:
        return f"no launch in the last {window_minutes} min"
    return f"{words.number(rate)} % of the launches of the last {window_minutes} min failed"


def _reported(stage: Stage, aggregator: Aggregator, check: str) -> None:
    deliveries = aggregator.deliveries(check, "ALARM")
    taken = [item for item in deliveries if item.status == 200]
    tls = aggregator.receiver.tls_versions
    stage.demand(
        "the aggregator gets the event over HTTPS with a verified certificate",
        bool(taken) and all(version in ("TLSv1.2", "TLSv1.3") for version in tls),
        f"{aggregator.endpoint}, subscribed by {aggregator.subscribed_by}, took it over"
        f" {words.listed(sorted(set(tls)), 'no connection')}"
        if taken
        else words.listed(stage.account.refused(), "nothing was sent"),
    )
    gaps = {later.at - earlier.at for earlier, later in itertools.pairwise(deliveries)}
    stage.demand(
        "a delivery that fails is tried again",
        [item.status for item in deliveries] == [503, 503, 200] and gaps == {RETRY_DELAY},
        words.listed(f"{item.at:%H:%M:%S} status {item.status}" for item in deliveries),
    )
    event = _content(taken[0].body) if taken else {}
    since = _moment(event.get("since"))
    changed = [item.at for item in stage.account.alarms.transitions if (item.name, item.after) == (check, "ALARM")]
    stage.demand(
        "in the documented shape",
        set(event) == KEYS
        and (event["schema"], event["service"], event["stack"]) == (1, "plant-api", stage.stack)
        and (event["check"], event["status"]) == (check, "ALARM")
        and since in changed
        and bool(event["reason"]),
        words.listed((f"{key} {event[key]}" for key in sorted(event)), "no event"),
    )
    bus = stage.settings.platform.health_aggregator.event_bus_arn
    if bus:
        sent = [item for item in stage.account.router.delivered if item.target_arn == bus and check in item.text]
        stage.demand("and on its event bus", bool(sent), f"{len(sent)} events on {bus.rsplit('/', 1)[-1]}")


def _told(stage: Stage, alarm: Entry, state: str, what: str) -> None:
    actions = alarm.outputs.get("alarmActions" if state == "ALARM" else "okActions") or []
    other = {"ALARM": "OK", "OK": "ALARM"}[state]
    found = [
        item
        for item in stage.account.topics.messages
        if item.topic in actions and item.subject == f"{state}: {alarm.id}" and item.body["OldStateValue"] == other
    ]
    stage.demand(
        what,
        bool(found),
        f"{words.clock(found[0].at)} {found[0].subject}" if found else words.listed(stage.account.refused(), "nobody"),
    )


def _content(body: dict[str, Any]) -> dict[str, Any]:
    content: Any = json.loads(body["Message"])
    return content if isinstance(content, dict) else {}


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
