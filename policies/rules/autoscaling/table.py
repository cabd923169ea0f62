"""Data rules about autoscaling."""

from __future__ import annotations

from typing import Final

from deployment.tokens import SCALING_GROUP
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_be, must_have, one_of, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "compute-group-elb-health",
        SCALING_GROUP,
        must_be("healthCheckType", "ELB"),
        title="Scaling groups replace instances that the load balancer finds unhealthy",
        severity=Severity.HIGH,
        why="With EC2 health checks an instance that runs but answers with errors is never replaced.",
        fix="Set healthCheckType to ELB.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-1",
        frameworks=("checkov:CKV2_AWS_15", "fsbp:AutoScaling.1"),
    ),
    row(
        "compute-group-tagged",
        SCALING_GROUP,
        must_have("tags", "the cost-allocation tags, each with propagateAtLaunch true"),
        title="Scaling groups carry tags",
        severity=Severity.LOW,
        why="The instances that a group launches take their cost-allocation tags from it.",
        fix="Set tags, each with propagateAtLaunch true.",
        source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html",
        frameworks=("checkov:CKV_AWS_153",),
    ),
    row(
        "compute-group-launch-template",
        SCALING_GROUP,
        one_of("a launch template", "launchTemplate", "mixedInstancesPolicy.launchTemplate"),
        title="Scaling groups launch from a launch template",
        severity=Severity.MEDIUM,
        why="Launch configurations lack IMDSv2 defaults, mixed types and versions, and new accounts can't make them.",
        fix="Set mixedInstancesPolicy.launchTemplate or launchTemplate.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-9",
        frameworks=("checkov:CKV_AWS_315", "fsbp:AutoScaling.9"),
    ),
)
