"""EventBridge rules, targets, buses, connections."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import tagging

TAGGING = tagging("tag_resource", "untag_resource", ResourceARN="{arn}")


def _bus(context: Context) -> str:
    return str(context.get("eventBusName", "default"))


def event_target(context: Context) -> list[dict[str, Any]]:
    """One target in the API's form."""
    target: dict[str, Any] = {"Id": context.get("targetId") or context.uid, "Arn": context["arn"]}
    for name, api in (("roleArn", "RoleArn"), ("input", "Input"), ("inputPath", "InputPath")):
        if context.get(name):
            target[api] = context[name]
    transformer = context.get("inputTransformer")
    if transformer:
        target["InputTransformer"] = {
            "InputTemplate": transformer["inputTemplate"],
            **({"InputPathsMap": transformer["inputPaths"]} if transformer.get("inputPaths") else {}),
        }
    if context.get("deadLetterConfig"):
        target["DeadLetterConfig"] = {"Arn": context["deadLetterConfig"]["arn"]}
    retry = context.get("retryPolicy")
    if retry:
        names = {"maximumEventAgeInSeconds": "MaximumEventAgeInSeconds", "maximumRetryAttempts": "MaximumRetryAttempts"}
        target["RetryPolicy"] = {names[key]: int(value) for key, value in retry.items() if value is not None}
    http = context.get("httpTarget")
    if http:
        names = {
            "headerParameters": "HeaderParameters",
            "pathParameterValues": "PathParameterValues",
            "queryStringParameters": "QueryStringParameters",
        }
        target["HttpParameters"] = {names[key]: value for key, value in http.items() if value}
    return [target]


_RULE = Call(
    operation="put_rule",
    args={
        "Name": "{name}",
        "EventBusName": _bus,
        "State": lambda c: c.get("state") or ("DISABLED" if c.get("isEnabled") is False else "ENABLED"),
    },
    takes=("description", "eventPattern", "scheduleExpression", "roleArn"),
)
_TARGETS = Call(operation="put_targets", args={"Rule": "{rule}", "EventBusName": _bus, "Targets": event_target})

TYPES = (
    AwsType(
        pulumi_type=tokens.EVENT_RULE[0],
        service="events",
        name_property="name",
        create=_RULE,
        id="{name}",
        renames={"isEnabled": "", "forceDestroy": ""},
        read=(Read(operation="describe_rule", args={"Name": "{id}", "EventBusName": _bus}),),
        live={"state": "State", "isEnabled": "State == 'ENABLED'"},
        update=(_RULE,),
        delete=Call(operation="delete_rule", args={"Name": "{id}", "EventBusName": _bus, "Force": True}),
        outputs={"arn": "Arn"},
        replaces=frozenset({"name", "namePrefix", "eventBusName"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.EVENT_TARGET[0],
        service="events",
        create=_TARGETS,
        id="{rule}-{uid}",
        read=(
            Read(
                operation="list_targets_by_rule",
                args={"Rule": "{rule}", "EventBusName": _bus},
                item="Targets[?Id=='{targetId}' || Id=='{uid}'] | [0]",
            ),
        ),
        live={
            "arn": "Arn",
            "input": "Input",
            "roleArn": "RoleArn",
            "targetId": "Id",
            "inputTransformer": "InputTransformer.{inputTemplate: InputTemplate, inputPaths: InputPathsMap}",
        },
        update=(_TARGETS,),
        delete=Call(
            operation="remove_targets",
            args={"Rule": "{rule}", "EventBusName": _bus, "Ids": lambda c: [c.get("targetId") or c.uid]},
        ),
        unsent=frozenset({"forceDestroy"}),
        outputs={"targetId": "Id"},
        replaces=frozenset({"rule", "targetId", "eventBusName"}),
    ),
    AwsType(
        pulumi_type=tokens.EVENT_BUS[0],
        service="events",
        create=Call(operation="create_event_bus", takes=None),
        id="{name}",
        find=Read(operation="describe_event_bus", args={"Name": "{name}"}, item="Name"),
        read=(Read(operation="describe_event_bus", args={"Name": "{id}"}),),
        delete=Call(operation="delete_event_bus", args={"Name": "{id}"}),
        outputs={"arn": "Arn"},
        replaces=frozenset({"name"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.EVENT_CONNECTION[0],
        service="events",
        name_property="name",
        create=Call(
            operation="create_connection",
            args={"Name": "{name}", "AuthParameters": lambda c: _auth(c)},
            takes=("description", "authorizationType"),
        ),
        id="{name}",
        find=Read(operation="describe_connection", args={"Name": "{name}"}, item="Name"),
        renames={"authParameters": ""},
        read=(Read(operation="describe_connection", args={"Name": "{id}"}),),
        update=(
            Call(
                operation="update_connection",
                args={"Name": "{name}", "AuthParameters": lambda c: _auth(c)},
                takes=("description", "authorizationType"),
            ),
        ),
        delete=Call(operation="delete_connection", args={"Name": "{id}"}),
        outputs={
            "arn": "ConnectionArn",
            "secretArn": "arn:aws:secretsmanager:{region}:{account}:secret:events!connection/{name}/{uid}",
        },
        replaces=frozenset({"name"}),
    ),
    AwsType(
        pulumi_type=tokens.EVENT_DESTINATION[0],
        service="events",
        name_property="name",
        create=Call(operation="create_api_destination", takes=None),
        id="{name}",
        find=Read(operation="describe_api_destination", args={"Name": "{name}"}, item="Name"),
        read=(Read(operation="describe_api_destination", args={"Name": "{id}"}),),
        update=(Call(operation="update_api_destination", takes=None),),
        delete=Call(operation="delete_api_destination", args={"Name": "{id}"}),
        outputs={"arn": "ApiDestinationArn"},
        replaces=frozenset({"name"}),
    ),
)


def _auth(context: Context) -> dict[str, Any]:
    from workbench.emulator import mapping
    from workbench.emulator.api import operation_model

    shape = operation_model("events", "create_connection").input_shape.members["AuthParameters"]
    parameters: dict[str, Any] = mapping.to_api(
        shape,
        context["authParameters"],
        {
            "apiKey": "ApiKeyAuthParameters",
            "basic": "BasicAuthParameters",
            "oauth": "OAuthParameters",
            "*.key": "ApiKeyName",
            "*.value": "ApiKeyValue",
        },
    )
    return parameters
