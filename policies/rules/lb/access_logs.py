"""Load balancers write access logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUCKET, LOAD_BALANCER
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be, must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Logs are on, and have a bucket to go to."""
    yield from must_be("accessLogs.enabled", True).check(resource, context)
    yield from must_have("accessLogs.bucket", "a bucket that Elastic Load Balancing may write to").check(
        resource, context
    )
    own = [one.outputs.get("id") for one in context.graph.of_type(*BUCKET)]
    bucket = resource.get("accessLogs.bucket")
    if (
        context.is_plant_stack
        and isinstance(bucket, str)
        and own
        and all(isinstance(one, str) for one in own)
        and bucket not in own
    ):
        yield Problem(
            f"accessLogs.bucket is {bucket}, which is not in this stack; name its log bucket", "accessLogs.bucket"
        )


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
    reads_graph=True,
    check=check,
    passing={"alb": (LOAD_BALANCER[0], {"accessLogs": {"bucket": "logs", "enabled": True}})},
    failing={"alb": (LOAD_BALANCER[0], {})},
)
