"""EC2 Auto Scaling: what makes a group change: policies, scheduled actions, lifecycle hooks, notifications."""

from __future__ import annotations

from collections.abc import Callable

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read

_POLICY_RENAMES = {
    "name": "PolicyName",
    "autoscalingGroupName": "AutoScalingGroupName",
    "targetTrackingConfiguration.customizedMetricSpecification.metrics": "Metrics",
    "targetTrackingConfiguration.customizedMetricSpecification.metricDimensions": "Dimensions",
    "targetTrackingConfiguration.customizedMetricSpecification.metrics.metricStat.metric.dimensions": "Dimensions",
    "stepAdjustments.metricIntervalLowerBound": "MetricIntervalLowerBound",
    "estimatedInstanceWarmup": "EstimatedInstanceWarmup",
}
_SIZES = {"MinSize": "minSize", "DesiredCapacity": "desiredCapacity", "MaxSize": "maxSize"}
_UNCHANGED = -1


def _size(name: str) -> Callable[[Context], int | None]:
    """What the provider sends: nothing for -1, and 0 for what is left out (its schedule.go)."""

    def sent(context: Context) -> int | None:
        size = int(context.get(name, 0))
        return None if size == _UNCHANGED else size

    return sent


_SCHEDULE = Call(
    operation="put_scheduled_update_group_action",
    args={member: _size(name) for member, name in _SIZES.items()},
    takes=None,
)

TYPES = (
    AwsType(
        pulumi_type=tokens.SCALING_POLICY[0],
        service="autoscaling",
        name_property="name",
        name_length=255,
        create=Call(operation="put_scaling_policy", takes=None),
        id="{name}",
        renames=_POLICY_RENAMES,
        read=(
            Read(
                operation="describe_policies",
                args={"AutoScalingGroupName": "{autoscalingGroupName}", "PolicyNames": ["{id}"]},
                item="ScalingPolicies[0]",
            ),
        ),
        update=(Call(operation="put_scaling_policy", takes=None),),
        delete=Call(
            operation="delete_policy",
            args={"AutoScalingGroupName": "{autoscalingGroupName}", "PolicyName": "{id}"},
        ),
        outputs={"arn": "PolicyARN"},
        defaults={"enabled": True, "policyType": "SimpleScaling"},
        replaces=frozenset({"name", "autoscalingGroupName"}),
    ),
    AwsType(
        pulumi_type=tokens.SCALING_SCHEDULE[0],
        service="autoscaling",
        create=_SCHEDULE,
        id="{scheduledActionName}",
        renames={"autoscalingGroupName": "AutoScalingGroupName"},
        read=(
            Read(
                operation="describe_scheduled_actions",
                args={"AutoScalingGroupName": "{autoscalingGroupName}", "ScheduledActionNames": ["{id}"]},
                item="ScheduledUpdateGroupActions[0]",
            ),
        ),
        live={name: f"{member} || `{_UNCHANGED}`" for member, name in _SIZES.items()},
        update=(_SCHEDULE,),
        delete=Call(
            operation="delete_scheduled_action",
            args={"AutoScalingGroupName": "{autoscalingGroupName}", "ScheduledActionName": "{id}"},
        ),
        outputs={"arn": "ScheduledActionARN"},
        replaces=frozenset({"autoscalingGroupName", "scheduledActionName"}),
    ),
    AwsType(
        pulumi_type=tokens.LIFECYCLE_HOOK[0],
        service="autoscaling",
        name_property="name",
        name_length=255,
        create=Call(operation="put_lifecycle_hook", takes=None),
        id="{name}",
        renames={
            "name": "LifecycleHookName",
            "autoscalingGroupName": "AutoScalingGroupName",
            "notificationTargetArn": "NotificationTargetARN",
            "roleArn": "RoleARN",
        },
        read=(
            Read(
                operation="describe_lifecycle_hooks",
                args={"AutoScalingGroupName": "{autoscalingGroupName}", "LifecycleHookNames": ["{id}"]},
                item="LifecycleHooks[0]",
            ),
        ),
        update=(Call(operation="put_lifecycle_hook", takes=None),),
        delete=Call(
            operation="delete_lifecycle_hook",
            args={"AutoScalingGroupName": "{autoscalingGroupName}", "LifecycleHookName": "{id}"},
        ),
        replaces=frozenset({"name", "autoscalingGroupName"}),
    ),
    AwsType(
        pulumi_type=tokens.SCALING_NOTIFICATION[0],
        service="autoscaling",
        create=Call(
            operation="put_notification_configuration",
            args={
                "AutoScalingGroupName": lambda c: c["groupNames"][0],
                "TopicARN": "{topicArn}",
                "NotificationTypes": "{notifications}",
            },
        ),
        id="{topicArn}",
        read=(Read(operation="describe_notification_configurations", item="@"),),
    ),
)
