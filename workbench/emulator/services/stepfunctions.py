"""Step Functions."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import tagging


def _logging(context: Context) -> dict[str, Any] | None:
    block = context.get("loggingConfiguration")
    if not block:
        return None
    destination = block.get("logDestination")
    return {
        "level": block.get("level", "OFF"),
        "includeExecutionData": bool(block.get("includeExecutionData", False)),
        **({"destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": destination}}]} if destination else {}),
    }


TYPES = (
    AwsType(
        pulumi_type=tokens.STATE_MACHINE[0],
        service="stepfunctions",
        name_property="name",
        name_length=80,
        create=Call(
            operation="create_state_machine",
            args={"loggingConfiguration": _logging},
            takes=(
                "name",
                "definition",
                "roleArn",
                "type",
                "tracingConfiguration",
                "encryptionConfiguration",
                "publish",
                "tags",
            ),
        ),
        id="stateMachineArn",
        find=Read(operation="list_state_machines", item="stateMachines[?name=='{name}'].stateMachineArn | [0]"),
        renames={"loggingConfiguration": ""},
        read=(Read(operation="describe_state_machine", args={"stateMachineArn": "{id}"}),),
        update=(
            Call(
                operation="update_state_machine",
                args={"stateMachineArn": "{id}", "loggingConfiguration": _logging},
                takes=("definition", "roleArn", "tracingConfiguration", "encryptionConfiguration"),
            ),
        ),
        live={
            "loggingConfiguration": "loggingConfiguration.{level: level, includeExecutionData: includeExecutionData, "
            "logDestination: destinations[0].cloudWatchLogsLogGroup.logGroupArn}"
        },
        delete=Call(operation="delete_state_machine", args={"stateMachineArn": "{id}"}),
        outputs={"arn": "stateMachineArn", "status": "status", "creationDate": "creationDate"},
        defaults={"type": "STANDARD"},
        replaces=frozenset({"name", "namePrefix", "type"}),
        tagging=tagging("tag_resource", "untag_resource", keys="tagKeys", resourceArn="{id}"),
    ),
)
