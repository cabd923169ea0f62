"""Scaling groups replace instances that the load balancer finds unhealthy."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import SCALING_GROUP

RULE = Rule(
    id="compute-group-elb-health",
    title="Scaling groups replace instances that the load balancer finds unhealthy",
    severity=Severity.HIGH,
    why="With EC2 health checks an instance that runs but answers with errors is never replaced.",
    fix="Set healthCheckType to ELB.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-1",
    frameworks=("checkov:CKV2_AWS_15", "fsbp:AutoScaling.1"),
    types=SCALING_GROUP,
    check=must_be("healthCheckType", "ELB"),
    passing={"fleet": (SCALING_GROUP[0], {"healthCheckType": "ELB"})},
    failing={"fleet": (SCALING_GROUP[0], {"healthCheckType": "EC2"})},
)
