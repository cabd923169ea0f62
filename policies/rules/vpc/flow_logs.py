"""VPC traffic is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import BUCKET, FLOW_LOG, LOG_GROUP, VPC
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A flow log covers the VPC and keeps at least what was rejected."""
    logs = context.pointing_at(resource, "vpcId", *FLOW_LOG)
    if not logs:
        yield Problem("no flow log covers this VPC; add aws.ec2.FlowLog with its vpcId")
    for log in logs:
        if log.get("trafficType") not in ("ALL", "REJECT", UNKNOWN):
            yield Problem(
                f"trafficType is {shown(log.get('trafficType'))}; set it to ALL or REJECT", "trafficType", log
            )
        if is_absent(log.get("logDestination")) and is_absent(log.get("logGroupName")):
            yield Problem("logDestination is not set; give the ARN of a log group or bucket", "logDestination", log)
        yield from destination_problems(log, context)


def destination_problems(log: Resource, context: Context) -> Iterator[Problem]:
    """A destination of another kind than the log says, or that is not in this project's stack."""
    arn = log.get("logDestination")
    if not isinstance(arn, str) or not arn.startswith("arn:"):
        return
    kind = next((kind for part, kind in KINDS.items() if part in arn), None)
    given = log.get("logDestinationType") or KINDS[":logs:"]
    if kind is not None and kind != given and given is not UNKNOWN:
        yield Problem(
            f"logDestination is {shown(arn)}, and logDestinationType {shown(given)}; make them fit (s3 for a bucket)",
            "logDestination",
            log,
        )
    owners = (*context.graph.of_type(*BUCKET), *context.graph.of_type(*LOG_GROUP))
    known = [own for one in owners if isinstance(own := one.outputs.get("arn"), str)]
    if (
        context.is_plant_stack
        and known
        and not any(arn == own or arn.startswith((f"{own}/", f"{own}:")) for own in known)
    ):
        yield Problem(f"logDestination is {shown(arn)}, which is not in this stack", "logDestination", log)


KINDS: Final = {":logs:": "cloud-watch-logs", ":s3:::": "s3", ":firehose:": "kinesis-data-firehose"}
"""Part of a destination's ARN -> the type of it."""


RULE = Rule(
    id="network-flow-logs",
    title="VPC traffic is logged",
    severity=Severity.MEDIUM,
    why="After an intrusion the flow log is what tells where it went.",
    fix="Add aws.ec2.FlowLog with vpcId, trafficType and logDestination.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6",
    frameworks=("checkov:CKV2_AWS_11", "fsbp:EC2.6"),
    types=VPC,
    reads_graph=True,
    check=check,
    passing={
        "vpc": (VPC[0], {}),
        "log": (FLOW_LOG[0], {"vpcId": "id:vpc", "trafficType": "REJECT", "logDestination": "arn:logs"}),
    },
    failing={"vpc": (VPC[0], {})},
)
