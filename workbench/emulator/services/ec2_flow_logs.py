"""EC2: flow logs."""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.ec2_rows import ARN, TAGGING, owned, tags_of
from workbench.emulator.resource_type import AwsType, Call
from workbench.emulator.rows import by_id

_SENT = (
    "trafficType",
    "logDestinationType",
    "logDestination",
    "maxAggregationInterval",
    "logFormat",
    "destinationOptions",
)

TYPES = (
    AwsType(
        pulumi_type=tokens.FLOW_LOG[0],
        service="ec2",
        create=Call(
            operation="create_flow_logs",
            args={
                "ResourceIds": lambda c: [c.get("vpcId") or c.get("subnetId") or c.get("eniId")],
                "ResourceType": lambda c: (
                    "VPC" if c.get("vpcId") else "Subnet" if c.get("subnetId") else "NetworkInterface"
                ),
                "DeliverLogsPermissionArn": lambda c: c.get("iamRoleArn"),
                "TagSpecifications": tags_of("vpc-flow-log"),
            },
            takes=_SENT,
        ),
        id="FlowLogIds[0]",
        find=owned("describe_flow_logs", "FlowLogs[].FlowLogId", filters="Filter"),
        finds_own=True,
        read=(by_id("describe_flow_logs", "FlowLogIds", "FlowLogs[0]"),),
        live={"vpcId": "ResourceId", "iamRoleArn": "DeliverLogsPermissionArn"},
        delete=Call(operation="delete_flow_logs", args={"FlowLogIds": ["{id}"]}),
        outputs={"arn": ARN + "vpc-flow-log/{id}"},
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        replaces=frozenset({"vpcId", "subnetId", "eniId", "iamRoleArn", *_SENT}),
        tagging=TAGGING,
    ),
)
