"""Scaling groups carry tags."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import SCALING_GROUP

RULE = Rule(
    id="compute-group-tagged",
    title="Scaling groups carry tags",
    severity=Severity.LOW,
    why="The instances that a group launches take their cost-allocation tags from it.",
    fix="Set tags, each with propagateAtLaunch true.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html",
    frameworks=("checkov:CKV_AWS_153",),
    types=SCALING_GROUP,
    check=must_be_set("tags", "the cost-allocation tags, each with propagateAtLaunch true"),
    passing={"fleet": (SCALING_GROUP[0], {"tags": [{"key": "Project", "value": "plant", "propagateAtLaunch": True}]})},
    failing={"fleet": (SCALING_GROUP[0], {"tags": []})},
)
