"""EventBridge Scheduler: groups and schedules."""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Read
from workbench.emulator.rows import tagging

_SCHEDULE = {
    "target.deadLetterConfig": "DeadLetterConfig",
    "target.eventbridgeParameters": "EventBridgeParameters",
    "target.sagemakerPipelineParameters": "SageMakerPipelineParameters",
}
_SCHEDULE_TAKES = (
    "name",
    "description",
    "endDate",
    "startDate",
    "flexibleTimeWindow",
    "groupName",
    "kmsKeyArn",
    "scheduleExpression",
    "scheduleExpressionTimezone",
    "state",
    "target",
    "actionAfterCompletion",
)

TYPES = (
    AwsType(
        pulumi_type=tokens.SCHEDULE_GROUP[0],
        service="scheduler",
        name_property="name",
        create=Call(operation="create_schedule_group", takes=("name", "tags")),
        id="{name}",
        find=Read(operation="get_schedule_group", args={"Name": "{name}"}, item="Name"),
        read=(Read(operation="get_schedule_group", args={"Name": "{id}"}),),
        delete=Call(operation="delete_schedule_group", args={"Name": "{id}"}),
        outputs={"arn": "Arn", "state": "State"},
        replaces=frozenset({"name", "namePrefix"}),
        tagging=tagging("tag_resource", "untag_resource", ResourceArn="{arn}"),
    ),
    AwsType(
        pulumi_type=tokens.SCHEDULE[0],
        service="scheduler",
        name_property="name",
        create=Call(operation="create_schedule", args={"ClientToken": "{mark}"}, takes=_SCHEDULE_TAKES),
        id="{groupName}/{name}",
        find=Read(
            operation="get_schedule",
            args={"Name": "{name}", "GroupName": "{groupName}"},
            item="Name && '{groupName}/{name}'",
        ),
        renames=_SCHEDULE,
        read=(Read(operation="get_schedule", args={"Name": "{name}", "GroupName": "{groupName}"}),),
        update=(Call(operation="update_schedule", takes=_SCHEDULE_TAKES),),
        delete=Call(operation="delete_schedule", args={"Name": "{name}", "GroupName": "{groupName}"}),
        outputs={"arn": "Arn"},
        defaults={"groupName": "default", "state": "ENABLED", "scheduleExpressionTimezone": "UTC"},
        replaces=frozenset({"name", "namePrefix", "groupName"}),
    ),
)
