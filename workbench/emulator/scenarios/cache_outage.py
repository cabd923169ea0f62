"""The cache is gone: every request goes to the database."""

from __future__ import annotations

from workbench.emulator.scenarios._fleet import StableFleet
from workbench.emulator.stage import Stage

CRITERION = (
    "A cache outage is noticed by the latency alarms and reported, survives within the fleet's bounds, and clears."
)
HEALTHY_MINUTES = 6
OUTAGE_MINUTES = 12
RECOVERY_MINUTES = 12
SLOW_SECONDS = 0.32
"""Response time while each request waits for the database."""


def play(stage: Stage) -> None:
    """Healthy, an outage of twelve minutes with slow answers and slow queries, healthy again."""
    fleet = StableFleet(stage)
    account = stage.account
    latency = stage.entry("aws:cloudwatch/metricAlarm:MetricAlarm", "p95-stable")
    database = stage.entry("aws:cloudwatch/metricAlarm:MetricAlarm", "database-latency")
    composite = next(iter(stage.entries("aws:cloudwatch/compositeAlarm:CompositeAlarm")), None)
    received = stage.listen(latency.outputs["alarmActions"][0])
    load = 0.8 * fleet.target_value
    limit_ms = float(database.outputs["threshold"])

    def minutes(count: int, seconds: float, query_ms: float) -> list[str]:
        states = []
        for _ in range(count):
            account.put_metric(database.outputs["namespace"], database.outputs["metricName"], [], query_ms, int(load))
            fleet.minute(load, seconds)
            states.append(account.alarms.state(latency.id))
        return states

    before = minutes(HEALTHY_MINUTES, 0.04, limit_ms / 3)
    stage.demand("no alarm before", "ALARM" not in before, before)
    during = minutes(OUTAGE_MINUTES, SLOW_SECONDS, limit_ms * 3)
    noticed = during.index("ALARM") + 1 if "ALARM" in during else 0
    stage.demand("the p95 alarm goes off within its 5 minutes and one more", 0 < noticed <= 6, f"after {noticed} min")
    stage.demand(
        "the database alarm says where", account.alarms.state(database.id) == "ALARM", account.alarms.state(database.id)
    )
    if composite is not None:
        state = account.alarms.state(composite.outputs["alarmName"])
        stage.demand("the composite alarm says that users are affected", state == "ALARM", state)
    messages = [item for item in received() if isinstance(item, dict) and item.get("NewStateValue") == "ALARM"]
    stage.demand("people are told", bool(messages), [item["AlarmName"] for item in messages])
    events = [text for rule, _, text in account.router.delivered if "feed" in rule and latency.id in text]
    stage.demand("the Health Aggregator is told", bool(events), events[:1])
    bound = int(fleet.described["MaxSize"])
    stage.demand("the fleet stays within its bounds", fleet.size <= bound, f"{fleet.size} of at most {bound}")
    after = minutes(RECOVERY_MINUTES, 0.04, limit_ms / 3)
    stage.demand("it clears by itself", after[-1] == "OK", after)
