"""Scaling groups declare how long an instance takes to serve."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import SCALING_GROUP

RULE = Rule(
    id="compute-group-warm-up",
    title="Scaling groups declare how long an instance takes to serve",
    severity=Severity.MEDIUM,
    why=("Without it AWS falls back to a cooldown of 300 seconds, and a spike is answered too late and too much."),
    fix="Set defaultInstanceWarmup to the seconds from launch to the first answer.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html",
    types=SCALING_GROUP,
    check=must_be_set("defaultInstanceWarmup", "the seconds from launch to the first answer"),
    passing={"fleet": (SCALING_GROUP[0], {"defaultInstanceWarmup": 120})},
    failing={"fleet": (SCALING_GROUP[0], {})},
)
