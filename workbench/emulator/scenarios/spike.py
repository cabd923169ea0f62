"""A traffic spike meets the fleet."""

from __future__ import annotations

from workbench.emulator.scenarios._fleet import StableFleet
from workbench.emulator.stage import Stage

CRITERION = "A traffic spike scales the fleet by itself, within its bounds, and is counted and reported."
CALM_MINUTES = 4
SPIKE_MINUTES = 15
QUIET_MINUTES = 45


def play(stage: Stage) -> None:
    """Calm, then six times the load that one instance is tracked at, then quiet."""
    fleet = StableFleet(stage)
    account = stage.account
    alarm = stage.entry("aws:cloudwatch/metricAlarm:MetricAlarm", "stable-traffic-spike")
    received = stage.listen(next(arn for arn in alarm.outputs["alarmActions"] if ":sns:" in arn))
    bounds = int(fleet.described["MinSize"]), int(fleet.described["MaxSize"])
    started = fleet.size
    sizes = []
    for _ in range(CALM_MINUTES):
        fleet.minute(0.5 * fleet.target_value * started)
    for _ in range(SPIKE_MINUTES):
        fleet.minute(6 * fleet.target_value)
        sizes.append(fleet.size)
    peak = fleet.size
    group = account.scaling.groups[fleet.name]
    spikes = [item for item in account.alarms.transitions if item.name == alarm.id and item.after == "ALARM"]
    stage.demand("the spike alarm goes off", bool(spikes), spikes[0].reason if spikes else "it never did")
    grew = [f"{at:%H:%M} {size}: {why}" for at, size, why in group.history]
    stage.demand("the declared policies grow the fleet", peak > started, grew)
    stage.demand("never outside its bounds", max(sizes) <= bounds[1], f"sizes {sizes}, bounds {bounds}")
    instances = {item["InstanceId"] for item in fleet.described["Instances"]}
    stage.demand("the load balancer has every instance", instances <= fleet.registered(), sorted(fleet.registered()))
    namespace = _namespace(stage)
    events = _sum(stage, namespace, "auto_scale_events")
    stage.demand("auto_scale_events counts the launches", events >= peak - started, f"{events:.0f} events")
    counted = _sum(stage, namespace, "traffic_spikes")
    stage.demand("traffic_spikes counts the spike", counted >= 1, f"{counted:.0f} spikes")
    messages = [item for item in received() if isinstance(item, dict) and item.get("AlarmName") == alarm.id]
    stage.demand("a subscriber hears of it", any(item["NewStateValue"] == "ALARM" for item in messages), messages[:1])
    for _ in range(QUIET_MINUTES):
        fleet.minute(0.2 * fleet.target_value)
    stage.demand(
        "afterwards the fleet shrinks to its minimum", fleet.size == max(1, bounds[0]), f"{peak} → {fleet.size}"
    )


def _namespace(stage: Stage) -> str:
    entry = stage.entry("aws:cloudwatch/logMetricFilter:LogMetricFilter", "auto-scale-events")
    return str(entry.outputs["metricTransformation"]["namespace"])


def _sum(stage: Stage, namespace: str, name: str) -> float:
    from workbench.emulator.behaviour.clock import START
    from workbench.emulator.behaviour.metrics import key_of

    found = stage.account.metrics.samples(key_of(namespace, name), START, stage.account.clock.now)
    return sum(value * count for value, count in found)
