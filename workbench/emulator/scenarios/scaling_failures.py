"""Launches fail."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from workbench.emulator.behaviour.receiver import Receiver
from workbench.emulator.behaviour.scaling import LAUNCHED, launch_event
from workbench.emulator.scenarios._fleet import StableFleet
from workbench.emulator.stage import Stage

CRITERION = "More than 5 % failed launches raise an alarm, and the Health Aggregator gets it in the documented shape."
ENDPOINT = "https://aggregator.test/health"
KEYS = {"schema", "service", "stack", "check", "status", "since", "reason"}
"""Keys of a health event (components/health_feed.py)."""
SUCCESSES = 19
WINDOW_MINUTES = 15
QUIET_MINUTES = 50
"""CloudWatch looks back over three periods when the newest ones have no data."""


def play(stage: Stage) -> None:
    """Nineteen launches succeed and one fails (5 %, not more); then others fail."""
    fleet = StableFleet(stage)
    account = stage.account
    alarm = stage.entry("aws:cloudwatch/metricAlarm:MetricAlarm", "launch-failures")
    topic = stage.entry("aws:sns/topic:Topic", "health").id
    subscription = stage.call("sns", "subscribe", TopicArn=topic, Protocol="https", Endpoint=ENDPOINT)
    try:
        with Receiver() as aggregator:
            account.on_post = lambda endpoint, body: aggregator.post(body) if endpoint == ENDPOINT else None
            account.alarms.evaluate(account.clock.now)
            for number in range(SUCCESSES):
                account.router.put(launch_event(LAUNCHED, fleet.described, f"i-{number:017x}", account.clock.now))
            account.scaling.launches_fail = lambda group: True
            _try_to_grow(stage, fleet, 1)
            account.minutes(2)
            stage.demand(
                "1 failure in 20 launches (5 %) is no alarm",
                account.alarms.state(alarm.id) != "ALARM",
                _rate(stage, alarm.id),
            )
            _try_to_grow(stage, fleet, 2)
            account.minutes(2)
            stage.demand("more than 5 % is an alarm", account.alarms.state(alarm.id) == "ALARM", _rate(stage, alarm.id))
            events = [_health(body) for body in aggregator.received]
            mine = [event for event in events if event.get("check") == alarm.id and event.get("status") == "ALARM"]
            stage.demand("the aggregator's HTTPS endpoint gets the event", bool(mine), mine[:1] or events[:1])
            stage.demand(
                "in the documented shape", bool(mine) and set(mine[0]) == KEYS, sorted(mine[0]) if mine else "no event"
            )
            alerts = [item for item in account.messages if item.topic in alarm.outputs["alarmActions"]]
            stage.demand(
                "people are told",
                any(alarm.id in item.text for item in alerts),
                alerts[-1].text if alerts else "nobody",
            )
            account.scaling.launches_fail = lambda group: False
            account.minutes(QUIET_MINUTES)
            stage.demand(
                "it ends once launches work again",
                account.alarms.state(alarm.id) == "OK",
                account.alarms.state(alarm.id),
            )
    finally:
        stage.call("sns", "unsubscribe", SubscriptionArn=subscription["SubscriptionArn"])


def _try_to_grow(stage: Stage, fleet: StableFleet, by: int) -> None:
    for _ in range(by):
        stage.account.scaling.set_desired(fleet.name, fleet.size + 1, stage.account.clock.now, "a launch that fails")


def _rate(stage: Stage, alarm: str) -> str:
    described = stage.call("cloudwatch", "describe_alarms", AlarmNames=[alarm])["MetricAlarms"][0]
    window = timedelta(minutes=WINDOW_MINUTES)
    loop = stage.account.alarms
    rate, _ = loop.datapoint(described, stage.account.clock.now - window, int(window.total_seconds()))
    return f"{loop.state(alarm)}; {rate} % of the launches of the last {WINDOW_MINUTES} min failed"


def _health(body: dict[str, Any]) -> dict[str, Any]:
    content: Any = json.loads(body["Message"])
    return content if isinstance(content, dict) else {}
