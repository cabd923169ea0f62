"""CloudWatch alarms and dashboards, CloudWatch Logs."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import tagging

_ALARM_RENAMES = {
    "name": "AlarmName",
    "metricQueries": "Metrics",
    "metricQueries.metric": "MetricStat",
    "metricQueries.metric.dimensions": "",
    "metricQueries.metric.metricName": "",
    "metricQueries.metric.namespace": "",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    "insufficientDataActions": "InsufficientDataActions",
}
TAGGING = tagging("tag_resource", "untag_resource", ResourceARN="{arn}")


def metric_queries(context: Context) -> list[dict[str, Any]] | None:
    """An alarm's metric math: Pulumi's flat ``metric`` block is the API's nested MetricStat."""
    result = []
    for query in context.get("metricQueries") or []:
        entry: dict[str, Any] = {
            api: query[name]
            for name, api in (
                ("id", "Id"),
                ("expression", "Expression"),
                ("label", "Label"),
                ("accountId", "AccountId"),
            )
            if query.get(name) is not None
        }
        if query.get("period") is not None:
            entry["Period"] = int(query["period"])
        if query.get("returnData") is not None:
            entry["ReturnData"] = bool(query["returnData"])
        metric = query.get("metric")
        if metric:
            entry["MetricStat"] = {
                "Metric": {
                    "Namespace": metric["namespace"],
                    "MetricName": metric["metricName"],
                    "Dimensions": [
                        {"Name": name, "Value": value} for name, value in (metric.get("dimensions") or {}).items()
                    ],
                },
                "Period": int(metric["period"]),
                "Stat": metric["stat"],
                **({"Unit": metric["unit"]} if metric.get("unit") else {}),
            }
        result.append(entry)
    return result or None


def _put_alarm() -> Call:
    return Call(operation="put_metric_alarm", args={"Metrics": metric_queries}, takes=None)


def transformations(context: Context) -> list[dict[str, Any]]:
    """A metric filter's single transformation in the API's form."""
    declared = context["metricTransformation"]
    block = declared[0] if isinstance(declared, list) else declared
    entry: dict[str, Any] = {
        "metricName": block["name"],
        "metricNamespace": block["namespace"],
        "metricValue": str(block["value"]),
    }
    if block.get("defaultValue") is not None:
        entry["defaultValue"] = float(block["defaultValue"])
    if block.get("unit"):
        entry["unit"] = block["unit"]
    if block.get("dimensions"):
        entry["dimensions"] = block["dimensions"]
    return [entry]


_FILTER = Call(
    operation="put_metric_filter",
    args={
        "logGroupName": "{logGroupName}",
        "filterName": "{name}",
        "filterPattern": "{pattern}",
        "metricTransformations": transformations,
    },
)

TYPES = (
    AwsType(
        pulumi_type=tokens.METRIC_ALARM[0],
        service="cloudwatch",
        name_property="name",
        name_length=255,
        create=_put_alarm(),
        id="{name}",
        renames=_ALARM_RENAMES,
        read=(Read(operation="describe_alarms", args={"AlarmNames": ["{id}"]}, item="MetricAlarms[0]"),),
        update=(_put_alarm(),),
        delete=Call(operation="delete_alarms", args={"AlarmNames": ["{id}"]}),
        outputs={"arn": "AlarmArn"},
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        replaces=frozenset({"name"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.COMPOSITE_ALARM[0],
        service="cloudwatch",
        create=Call(
            operation="put_composite_alarm",
            args={
                "ActionsSuppressor": lambda c: (c.get("actionsSuppressor") or {}).get("alarm"),
                "ActionsSuppressorWaitPeriod": lambda c: (c.get("actionsSuppressor") or {}).get("waitPeriod"),
                "ActionsSuppressorExtensionPeriod": lambda c: (c.get("actionsSuppressor") or {}).get("extensionPeriod"),
            },
            takes=None,
        ),
        renames={"actionsSuppressor": ""},
        id="{alarmName}",
        read=(Read(operation="describe_alarms", args={"AlarmNames": ["{id}"]}, item="CompositeAlarms[0]"),),
        delete=Call(operation="delete_alarms", args={"AlarmNames": ["{id}"]}),
        outputs={"arn": "AlarmArn"},
        synthetic={"arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{alarmName}"},
        defaults={"actionsEnabled": True},
        replaces=frozenset({"alarmName"}),
    ),
    AwsType(
        pulumi_type=tokens.ALARM_MUTE_RULE[0],
        service="cloudwatch",
        create=Call(operation="put_alarm_mute_rule", takes=None),
        id="{name}",
        synthetic={"arn": "arn:aws:cloudwatch:{region}:{account}:alarm-mute-rule:{name}", "status": "SCHEDULED"},
        replaces=frozenset({"name"}),
    ),
    AwsType(
        pulumi_type=tokens.DASHBOARD[0],
        service="cloudwatch",
        create=Call(
            operation="put_dashboard", args={"DashboardName": "{dashboardName}", "DashboardBody": "{dashboardBody}"}
        ),
        id="{dashboardName}",
        read=(Read(operation="get_dashboard", args={"DashboardName": "{id}"}),),
        live={"dashboardBody": "DashboardBody", "dashboardName": "DashboardName"},
        update=(
            Call(
                operation="put_dashboard",
                args={"DashboardName": "{dashboardName}", "DashboardBody": "{dashboardBody}"},
            ),
        ),
        delete=Call(operation="delete_dashboards", args={"DashboardNames": ["{id}"]}),
        outputs={"dashboardArn": "arn:aws:cloudwatch::{account}:dashboard/{dashboardName}"},
        replaces=frozenset({"dashboardName"}),
    ),
    AwsType(
        pulumi_type=tokens.LOG_GROUP[0],
        service="logs",
        name_property="name",
        name_length=512,
        create=Call(
            operation="create_log_group",
            args={"logGroupName": "{name}"},
            takes=("kmsKeyId", "logGroupClass", "deletionProtectionEnabled", "tags"),
        ),
        id="{name}",
        find=Read(
            operation="describe_log_groups",
            args={"logGroupNamePrefix": "{name}"},
            item="logGroups[?logGroupName=='{name}'].logGroupName | [0]",
        ),
        steps=(
            Call(
                operation="put_retention_policy",
                args={"logGroupName": "{id}"},
                takes=("retentionInDays",),
                when=("retentionInDays",),
            ),
        ),
        update=(
            Call(
                operation="associate_kms_key",
                args={"logGroupName": "{id}"},
                takes=("kmsKeyId",),
                when=("kmsKeyId",),
                needs="kmsKeyId",
            ),
        ),
        read=(
            Read(
                operation="describe_log_groups",
                args={"logGroupNamePrefix": "{name}"},
                item="logGroups[?logGroupName=='{name}'] | [0]",
            ),
        ),
        live={"name": "logGroupName", "retentionInDays": "retentionInDays"},
        delete=Call(operation="delete_log_group", args={"logGroupName": "{id}"}),
        outputs={"arn": "arn:aws:logs:{region}:{account}:log-group:{name}"},
        defaults={"logGroupClass": "STANDARD"},
        unsent=frozenset({"skipDestroy"}),
        replaces=frozenset({"name", "namePrefix", "logGroupClass"}),
        tagging=tagging("tag_resource", "untag_resource", keys="tagKeys", resourceArn="{arn}"),
    ),
    AwsType(
        pulumi_type=tokens.LOG_METRIC_FILTER[0],
        service="logs",
        name_property="name",
        name_length=512,
        create=_FILTER,
        id="{name}",
        renames={"metricTransformation": ""},
        read=(
            Read(
                operation="describe_metric_filters",
                args={"logGroupName": "{logGroupName}", "filterNamePrefix": "{name}"},
                item="metricFilters[?filterName=='{name}'] | [0]",
            ),
        ),
        live={
            "pattern": "filterPattern",
            "metricTransformation": "metricTransformations[0].{name: metricName, namespace: metricNamespace, "
            "value: metricValue, defaultValue: defaultValue, unit: unit, dimensions: dimensions}",
        },
        update=(_FILTER,),
        delete=Call(operation="delete_metric_filter", args={"logGroupName": "{logGroupName}", "filterName": "{name}"}),
        replaces=frozenset({"name", "logGroupName"}),
    ),
    AwsType(
        pulumi_type=tokens.LOG_RESOURCE_POLICY[0],
        service="logs",
        create=Call(operation="put_resource_policy", takes=("policyName", "policyDocument")),
        id="{policyName}",
        read=(
            Read(operation="describe_resource_policies", item="resourcePolicies[?policyName=='{policyName}'] | [0]"),
        ),
        update=(Call(operation="put_resource_policy", takes=("policyName", "policyDocument")),),
        delete=Call(operation="delete_resource_policy", args={"policyName": "{id}"}),
        replaces=frozenset({"policyName"}),
    ),
    AwsType(
        pulumi_type=tokens.LOG_DATA_PROTECTION[0],
        service="logs",
        create=Call(
            operation="put_data_protection_policy",
            args={"logGroupIdentifier": "{logGroupName}"},
            takes=("policyDocument",),
        ),
        id="{logGroupName}",
        read=(Read(operation="get_data_protection_policy", args={"logGroupIdentifier": "{id}"}),),
        delete=Call(operation="delete_data_protection_policy", args={"logGroupIdentifier": "{id}"}),
        renames={"logGroupName": "logGroupIdentifier"},
        replaces=frozenset({"logGroupName"}),
    ),
)
