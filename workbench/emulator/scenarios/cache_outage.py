"""The cache fills up and is gone: every request goes to the database, and clients try again."""

from __future__ import annotations

import json
from typing import Any

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.scenarios import _cache
from workbench.emulator.scenarios._pods import serving_fleet
from workbench.emulator.stage import Stage
from workbench.emulator.statefile import Entry

CRITERION = (
    "A cache outage is noticed by the latency alarms and reported, survives within the fleet's bounds, and clears."
)
HEALTHY_MINUTES = 6
OUTAGE_MINUTES = 28
"""So long that an alarm which takes a silent cache for a full one would have gone off."""
RECOVERY_MINUTES = 18
LOG_LINES_A_MINUTE = 60
"""Requests that the application logs in a minute: enough for the 200 samples of a p95 in five."""


def play(stage: Stage) -> None:
    """Healthy; the cache nearly full; an outage with slow queries and retries; healthy again."""
    stage.needs_a_running_stack()
    fleet = serving_fleet(stage)
    account, settings = stage.account, stage.settings
    latency, database = stage.alarm("p95-stable"), stage.alarm("database-latency")
    composite = stage.entry(tokens.COMPOSITE_ALARM[0])
    checks = {entry.id: entry for entry in (latency, database)} | {composite.outputs["alarmName"]: composite}
    log = stage.entry(tokens.LOG_GROUP[0], "audit-requests").outputs["name"]
    people = stage.listen(latency.outputs["alarmActions"][0])
    aggregator = stage.listen(stage.entry(tokens.TOPIC[0], "health").id)
    _cache.what_instances_know(stage)

    threshold, limit = settings.slo.p95_threshold_ms, settings.contract.database_query_limit_ms
    states: dict[str, list[str]] = {name: [] for name in checks}
    sizes = [fleet.size]

    def minutes(count: int, requests: float, answer_ms: float, query_ms: float) -> None:
        for _ in range(count):
            account.logs.write(log, [_line(answer_ms, query_ms)] * LOG_LINES_A_MINUTE)
            fleet.minute(requests, answer_ms / 1000)
            sizes.append(fleet.size)
            for name, seen in states.items():
                seen.append(account.alarms.state(name))

    normal = 0.8 * fleet.target_value * fleet.size
    minutes(HEALTHY_MINUTES, normal, 0.2 * threshold, limit / 3)
    _cache.fills_up(stage, lambda count: minutes(count, normal, 0.2 * threshold, limit / 3))
    early = {name: seen for name, seen in states.items() if "ALARM" in seen}
    stage.demand(
        "no alarm while the cache answers",
        not early,
        "; ".join(f"{name}: {words.runs(seen)}" for name, seen in (early or states).items()),
    )
    calm = len(states[latency.id])
    # Everybody waits for the database, and clients that give up try again.
    minutes(OUTAGE_MINUTES, fleet.retry_ratio * normal, 1.6 * threshold, 3 * limit)
    window = settings.slo.p95_window_minutes
    for what, name in (
        (f"the p95 alarm goes off within its {window} min and one more", latency.id),
        ("the database alarm says where", database.id),
        ("the composite alarm says that users are affected", composite.outputs["alarmName"]),
    ):
        during = states[name][calm:]
        after = during.index("ALARM") + 1 if "ALARM" in during else 0
        stage.demand(what, 0 < after <= window + 1 and during[-1] == "ALARM", words.runs(during))
    if settings.tenancy.kind == "dedicated":
        own = account.alarms.state(stage.alarm("nearly-full").id)
        stage.demand("the cache's own alarm is silent about a cache that is gone", own == "OK", own)
    else:
        stage.leave_out("the cache's own alarms", "the cache and its alarms are the platform's")
    minutes(RECOVERY_MINUTES, normal, 0.2 * threshold, limit / 3)
    stage.demand(
        "it clears by itself",
        all(seen[-1] == "OK" for seen in states.values()),
        "; ".join(f"{name}: {words.runs(seen[calm:])}" for name, seen in states.items()),
    )
    lowest, highest = fleet.bounds
    stage.demand(
        "the fleet follows the retries within its bounds",
        lowest <= min(sizes) and max(sizes) <= highest and (max(sizes) > sizes[0] or highest == sizes[0]),
        f"{min(sizes)} to {max(sizes)} instances, allowed are {lowest} to {highest}",
    )
    _heard(stage, "people are told of the beginning and of the end", people(), checks, "AlarmName", "NewStateValue")
    _heard(stage, "the Health Aggregator is told of both as well", aggregator(), checks, "check", "status")


def _line(answer_ms: float, query_ms: float) -> str:
    """One request as the application logs it (components/observability/audit_log.py)."""
    return json.dumps(
        {
            "time": "",
            "request_id": "rehearsal",
            "user": "rehearsal",
            "fleet": "stable",
            "method": "GET",
            "path": "/v1/plants",
            "status": 200,
            "duration_ms": answer_ms,
            "database_ms": query_ms,
        }
    )


def _heard(
    stage: Stage, what: str, messages: list[Any], checks: dict[str, Entry], name_key: str, state_key: str
) -> None:
    """Every check's ALARM and then its OK arrived."""
    heard = {
        name: [item[state_key] for item in messages if isinstance(item, dict) and item.get(name_key) == name]
        for name in checks
    }
    stage.demand(
        what,
        all("ALARM" in states and states[-1] == "OK" for states in heard.values()),
        "; ".join(f"{name}: {' → '.join(states) or 'nothing'}" for name, states in sorted(heard.items())),
    )
