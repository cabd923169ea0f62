"""Everything in one Availability Zone is gone at once, and nothing can be launched there; then in every zone."""

from __future__ import annotations

from datetime import timedelta

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.scenarios import _cache, _pods
from workbench.emulator.scenarios._fleet import StableFleet
from workbench.emulator.stage import Stage

CRITERION = "Losing a zone leaves targets in another, raises an alarm, and the group fills up again by itself."
LOST_MINUTES = 8
BACK_MINUTES = 6
SETTLING = timedelta(minutes=5)


def play(stage: Stage) -> None:
    """Run two instances, one a zone, until their grace period is over; lose one zone; get it back."""
    stage.needs_a_running_stack()
    if stage.account.cluster is not None:
        _pods.zone_is_lost(stage)
        return
    fleet = StableFleet(stage)
    account = stage.account
    _declared(stage, fleet)
    wanted = min(2, fleet.bounds[1])
    fleet.grow_to(wanted, "two for the test")
    grace = timedelta(seconds=int(fleet.described["HealthCheckGracePeriod"]))
    load = 0.95 * fleet.target_value * wanted  # no reason to scale in either direction
    for _ in range((grace + SETTLING) // timedelta(minutes=1)):
        fleet.minute(load)
    placed = fleet.instances()
    lost_zone = sorted(placed.values())[0]
    lost = {instance for instance, zone in placed.items() if zone == lost_zone}
    if wanted > 1:
        stage.demand(
            "the instances are spread over the zones",
            len(set(placed.values())) == len(placed) == wanted,
            words.listed(f"{instance} in {zone}" for instance, zone in sorted(placed.items())),
        )
    account.scaling.lost_zones.add(lost_zone)
    stage.finally_do(lambda: account.scaling.lost_zones.clear())
    left = fleet.healthy()
    what = "targets are left in another zone"
    if wanted > 1:
        stage.demand(what, bool(left), f"{words.listed(sorted(left))} without {lost_zone}")
    else:
        stage.leave_out(what, "plant:fleet.max_size is 1: the outage lasts until the next instance serves")
    healthy = []
    for _ in range(LOST_MINUTES):
        fleet.minute(load)
        healthy.append(str(len(fleet.healthy())))
    _noticed(stage, f"the alarm on failed launches in {lost_zone} goes off", "launch-failures")
    placed = fleet.instances()
    stage.demand(
        "the group replaces what the load balancer calls unhealthy, in the zones that are left",
        wanted <= len(placed) <= stage.settings.fleet.max_size
        and not set(placed) & lost
        and lost_zone not in placed.values(),
        words.listed(f"{instance} in {zone}" for instance, zone in sorted(placed.items()))
        + f"; health check {fleet.described['HealthCheckType']}, grace period {words.span(grace)}",
    )
    stage.demand(
        "and registers the new ones",
        set(placed) == fleet.registered() == fleet.healthy(),
        f"healthy targets, minute by minute: {words.listed(healthy)}",
    )
    account.scaling.lost_zones.clear()
    for _ in range(BACK_MINUTES):
        fleet.minute(load)
    account.scaling.lost_zones.update(fleet.described["AvailabilityZones"])
    for _ in range(LOST_MINUTES):
        fleet.minute(load)
    _noticed(stage, "the alarm on healthy targets goes off when none is left", "unhealthy-stable")
    account.scaling.lost_zones.clear()
    for _ in range(BACK_MINUTES):
        fleet.minute(load)
    state = account.alarms.state(stage.alarm("unhealthy-stable").id)
    stage.demand("the alarm ends", state == "OK", state)


def _declared(stage: Stage, fleet: StableFleet) -> None:
    """Where the stack owns the subnets: two zones or more for fleet, load balancer and cache."""
    zones = set(fleet.described["AvailabilityZones"])
    if stage.settings.tenancy.kind == "shared":
        stage.leave_out(
            "fleet, load balancer and cache are in two zones or more",
            f"the subnets are the platform's; the emulator puts them into {words.listed(sorted(zones))}",
        )
    else:
        stage.demand("the fleet is in two zones or more", len(zones) >= 2, words.listed(sorted(zones)))
        balancers = stage.call(
            "elbv2", "describe_load_balancers", LoadBalancerArns=[stage.entry(tokens.LOAD_BALANCER[0]).id]
        )["LoadBalancers"]
        front = {zone["ZoneName"] for zone in balancers[0]["AvailabilityZones"]}
        stage.demand("the load balancer is in all of them", zones <= front, words.listed(sorted(front)))
        cached = _cache.zones(stage)
        stage.demand("the cache is in two zones or more", len(cached) >= 2, words.listed(sorted(cached)))
        nodes = stage.entries(_cache.NODES)
        if nodes:
            fails_over = bool(nodes[0].outputs.get("automaticFailoverEnabled"))
            count = stage.settings.cache.node_count
            stage.demand(
                "a cache of several nodes fails over",
                fails_over or count == 1,
                f"{count} nodes, automatic failover {'on' if fails_over else 'off'}",
            )
    rebalances = bool(fleet.described.get("CapacityRebalance"))
    stage.demand(
        "spot instances at risk are replaced ahead of their end",
        rebalances,
        f"capacity rebalancing is {'on' if rebalances else 'off'}",
    )


def _noticed(stage: Stage, what: str, part: str) -> None:
    account, alarm = stage.account, stage.alarm(part)
    changes = [item for item in account.alarms.transitions if (item.name, item.after) == (alarm.id, "ALARM")]
    told = [item for item in account.topics.messages if alarm.id in item.subject and "ALARM" in item.subject]
    stage.demand(
        f"{what}, and people are told",
        bool(changes) and bool(told),
        f"{words.clock(changes[-1].at)} {changes[-1].reason}; {words.count(len(told), 'message')}"
        if changes
        else "it never did",
    )
