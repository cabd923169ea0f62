"""A traffic spike meets the fleet."""

from __future__ import annotations

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.behaviour.clock import START
from workbench.emulator.behaviour.metrics import key_of
from workbench.emulator.scenarios import _pods
from workbench.emulator.scenarios._fleet import StableFleet
from workbench.emulator.stage import MissingPieceError, Stage

CRITERION = "A traffic spike scales the fleet by itself, within its bounds, and is counted and reported."
CALM_MINUTES = 2
OVER_MINUTES = 6
SPIKE_MINUTES = 6
QUIET_MINUTES = 22
"""Scale-in takes 15 minutes below the low threshold, and waits for warm-ups."""
SPIKE_RATIO = 6
QUIET_RATIO = 0.2


def play(stage: Stage) -> None:
    """Calm, a little more than the fleet is tracked at, quiet, six times as much as that, quiet again."""
    stage.needs_a_running_stack()
    if stage.account.cluster is not None:
        _pods.spike(stage)
        return
    fleet = StableFleet(stage)
    alarm = stage.alarm("stable-traffic-spike")
    topics = [arn for arn in alarm.outputs["alarmActions"] if ":sns:" in arn]
    if not topics:
        raise MissingPieceError("the spike alarm notifies no topic")
    received = stage.listen(topics[0])
    account, group = stage.account, stage.account.scaling.groups[fleet.name]
    lowest, highest = stage.settings.fleet.min_size, stage.settings.fleet.max_size
    started = fleet.size
    sizes: list[int] = []

    def minutes(count: int, requests: float) -> None:
        for _ in range(count):
            fleet.minute(requests)
            sizes.append(fleet.size)

    minutes(CALM_MINUTES, 0.5 * fleet.target_value * started)
    # Over the tracked value, under that of a spike.
    over = (1 + stage.settings.slo.traffic_spike_ratio) / 2
    minutes(OVER_MINUTES, over * fleet.target_value * started)
    tracked = fleet.size
    minutes(QUIET_MINUTES, QUIET_RATIO * fleet.target_value)
    rested = fleet.size
    before = account.clock.now
    minutes(SPIKE_MINUTES, SPIKE_RATIO * fleet.target_value * rested)
    peak, instances, targets = fleet.size, set(fleet.instances()), fleet.registered()
    steps = [f"{words.clock(at)} to {size} by {why}" for at, size, why in group.history if at > before]
    minutes(QUIET_MINUTES, QUIET_RATIO * fleet.target_value)

    if highest > started:
        stage.demand(
            "target tracking grows the fleet when the load stays above its value",
            tracked > started,
            f"{started} → {tracked} instances at {over:.2f} times the tracked {words.number(fleet.target_value)}"
            " requests a minute and instance",
        )
        quick = [at for at, _, why in group.history if at > before and why.startswith("step scaling")]
        stage.demand(
            "step scaling grows it within two minutes of the spike",
            peak > rested and bool(quick) and (quick[0] - before).total_seconds() <= 120,
            f"{rested} → {peak} instances: {words.listed(steps, 'nothing happened')}",
        )
    else:
        stage.leave_out("the declared policies grow the fleet", f"it is at its largest size, {highest}, all the time")
    spikes = [item for item in account.alarms.transitions if item.name == alarm.id and item.after == "ALARM"]
    stage.demand("the spike alarm goes off", bool(spikes), spikes[0].reason if spikes else "it never did")
    stage.demand(
        "the fleet never leaves its bounds",
        lowest <= min(sizes) and max(sizes) <= highest,
        f"{min(sizes)} to {max(sizes)} instances, allowed are {lowest} to {highest}",
    )
    stage.demand(
        "the load balancer has every instance as a target",
        bool(instances) and instances == targets,
        f"{len(targets)} targets for {len(instances)} instances",
    )
    _counts(stage, started, len(spikes))
    messages = [item for item in received() if isinstance(item, dict) and item.get("AlarmName") == alarm.id]
    told = [item for item in messages if item["NewStateValue"] == "ALARM"]
    stage.demand(
        "a subscriber hears of it",
        bool(told),
        f"{told[0]['AlarmName']}: {told[0]['OldStateValue']} → ALARM, {told[0]['NewStateReason']}"
        if told
        else "nobody",
    )
    if highest > lowest:
        smallest = max(1, lowest)
        stage.demand(
            "afterwards the fleet shrinks to its minimum",
            fleet.size == smallest,
            f"{peak} → {fleet.size} instances in {QUIET_MINUTES} min, the minimum is {lowest}",
        )


def _counts(stage: Stage, started: int, spikes: int) -> None:
    namespace = stage.entry(tokens.LOG_METRIC_FILTER[0], "auto-scale-events").outputs["metricTransformation"][
        "namespace"
    ]

    def total(name: str) -> int:
        found = stage.account.metrics.samples(key_of(str(namespace), name), START, stage.account.clock.now)
        return round(sum(value * count for value, count in found))

    size, changes = started, 0
    for _, wanted, _ in stage.account.scaling.groups[StableFleet(stage).name].history:
        size, changes = wanted, changes + abs(wanted - size)
    events = total("auto_scale_events")
    stage.demand(
        "auto_scale_events counts every launch and termination",
        events == changes,
        f"{events} counted of {changes}",
    )
    counted = total("traffic_spikes")
    stage.demand("traffic_spikes counts the spike", counted == spikes > 0, f"{counted} counted of {spikes}")
