"""The load balancer's view of its targets: how many are healthy, once a minute.

Source: Elastic Load Balancing user guide, "CloudWatch metrics for your Application Load Balancer" (2026-11): both
counts are reported only if there are registered targets.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from workbench.emulator.behaviour.metrics import key_of

if TYPE_CHECKING:
    from workbench.emulator.behaviour.answers import Answers
    from workbench.emulator.behaviour.metrics import MetricStore


def dimensions(answers: Answers, target_group_arn: str) -> list[dict[str, str]] | None:
    """Dimensions of a target group's metrics; None while no load balancer forwards to it."""
    described = answers.call("elbv2", "describe_target_groups", TargetGroupArns=[target_group_arn])["TargetGroups"]
    existing = {item["LoadBalancerArn"] for item in answers.call("elbv2", "describe_load_balancers")["LoadBalancers"]}
    # moto goes on naming load balancers that were deleted.
    balancers = [arn for arn in described[0].get("LoadBalancerArns") or () if arn in existing]
    if not balancers:
        return None
    return [
        {"Name": "TargetGroup", "Value": target_group_arn.rsplit(":", 1)[-1]},
        {"Name": "LoadBalancer", "Value": balancers[0].split(":loadbalancer/", 1)[1]},
    ]


def registered(answers: Answers, target_group_arn: str) -> set[str]:
    """Ids of the instances that are targets."""
    answer = answers.call("elbv2", "describe_target_health", TargetGroupArn=target_group_arn)
    return {item["Target"]["Id"] for item in answer["TargetHealthDescriptions"]}


def report_hosts(answers: Answers, metrics: MetricStore, lost: set[str], at: datetime) -> None:
    """Put the host counts of every target group; ``lost`` instances fail their health check."""
    for group in answers.call("elbv2", "describe_target_groups").get("TargetGroups", []):
        arn = group["TargetGroupArn"]
        targets = registered(answers, arn)
        found = dimensions(answers, arn)
        if targets and found:
            down = len(targets & lost)
            metrics.put(key_of("AWS/ApplicationELB", "UnHealthyHostCount", found), at, float(down))
            metrics.put(key_of("AWS/ApplicationELB", "HealthyHostCount", found), at, float(len(targets) - down))
