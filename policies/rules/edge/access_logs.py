"""Load balancers write access logs."""

from __future__ import annotations

from policies.checks import must_be
from policies.model import Severity
from policies.rule import Rule
from policies.rules._tokens import LOAD_BALANCER

RULE = Rule(
    id="edge-access-logs",
    title="Load balancers write access logs",
    severity=Severity.HIGH,
    why="Without access logs nobody can tell who called the API, nor investigate an incident.",
    fix=("Set accessLogs.enabled to true and accessLogs.bucket to a bucket that Elastic Load Balancing may write to."),
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-5",
    frameworks=(
        "checkov:CKV_AWS_91",
        "fsbp:ELB.5",
        "awsguard:elb-logging-enabled",
        "pulumi:enableAccessLogging",
        "pulumi:configureAccessLogging",
    ),
    types=LOAD_BALANCER,
    check=must_be("accessLogs.enabled", True),
    passing={"alb": (LOAD_BALANCER[0], {"accessLogs": {"bucket": "logs", "enabled": True}})},
    failing={"alb": (LOAD_BALANCER[0], {})},
)
