"""All instances of one zone are gone at once."""

from __future__ import annotations

from workbench.emulator.scenarios._fleet import StableFleet
from workbench.emulator.stage import Stage

CRITERION = "Losing a zone leaves targets in another, raises an alarm, and the group fills up again by itself."


def play(stage: Stage) -> None:
    """Run two instances, one a zone; terminate those of the first zone."""
    fleet = StableFleet(stage)
    account = stage.account
    zones = set(fleet.described["AvailabilityZones"])
    stage.demand("the fleet's subnets are in two zones or more", len(zones) >= 2, sorted(zones))
    account.scaling.set_desired(fleet.name, 2, account.clock.now, "two for the test")
    for _ in range(3):
        fleet.minute(0.5 * fleet.target_value)
    by_zone = {item["InstanceId"]: item["AvailabilityZone"] for item in fleet.described["Instances"]}
    stage.demand("the instances are spread over the zones", len(set(by_zone.values())) == len(by_zone) == 2, by_zone)
    lost_zone = sorted(by_zone.values())[0]
    lost = [instance for instance, zone in by_zone.items() if zone == lost_zone]
    left = fleet.registered() - set(lost)
    stage.demand("targets are left in another zone", bool(left), f"{sorted(left)} after {lost_zone} is gone")
    alarm = stage.entry("aws:cloudwatch/metricAlarm:MetricAlarm", "unhealthy-stable")
    for _ in range(4):
        account.put_metric("AWS/ApplicationELB", "UnHealthyHostCount", fleet.dimensions(), float(len(lost)))
        fleet.minute(0.5 * fleet.target_value)
    stage.demand(
        "the alarm on unhealthy targets goes off",
        account.alarms.state(alarm.id) == "ALARM",
        account.alarms.state(alarm.id),
    )
    check_type = fleet.described["HealthCheckType"]
    stage.demand("the group replaces what the load balancer calls unhealthy", check_type == "ELB", check_type)
    for instance in lost:
        stage.call(
            "autoscaling",
            "terminate_instance_in_auto_scaling_group",
            InstanceId=instance,
            ShouldDecrementDesiredCapacity=False,
        )
    now_there = {item["InstanceId"] for item in fleet.described["Instances"]}
    stage.demand("the group is full again", len(now_there) == 2 and not now_there & set(lost), sorted(now_there))
    stage.demand("and registered", now_there <= fleet.registered(), sorted(fleet.registered()))
    for _ in range(5):
        account.put_metric("AWS/ApplicationELB", "UnHealthyHostCount", fleet.dimensions(), 0.0)
        fleet.minute(0.5 * fleet.target_value)
    stage.demand("the alarm ends", account.alarms.state(alarm.id) == "OK", account.alarms.state(alarm.id))
