"""Load balancers are protected from deletion."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import LOAD_BALANCER

RULE = Rule(
    id="edge-deletion-protection",
    title="Load balancers are protected from deletion",
    severity=Severity.MEDIUM,
    why="A load balancer deleted by mistake takes the address and every rule with it.",
    fix=(
        "Set enableDeletionProtection to true; where a stack is torn down on schedule, waive this with an expiry date."
    ),
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-6",
    frameworks=("checkov:CKV_AWS_150", "fsbp:ELB.6", "awsguard:elb-deletion-protection-enabled"),
    types=LOAD_BALANCER,
    check=must_be("enableDeletionProtection", True),
    reads_graph=True,  # no, but its waiver does: it is for stacks whose sessions a reaper ends
    passing={"alb": (LOAD_BALANCER[0], {"enableDeletionProtection": True})},
    failing={"alb": (LOAD_BALANCER[0], {})},
)
