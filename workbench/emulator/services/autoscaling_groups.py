"""EC2 Auto Scaling: groups."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import added, inside, removed

_RENAMES = {
    "name": "AutoScalingGroupName",
    "vpcZoneIdentifiers": "",  # sent as one comma-separated text
    "targetGroupArns": "TargetGroupARNs",
    "launchTemplate.id": "LaunchTemplateId",
    "launchTemplate.name": "LaunchTemplateName",
    "mixedInstancesPolicy.launchTemplate.overrides": "Overrides",
    "mixedInstancesPolicy.instancesDistribution.spotMaxPrice": "SpotMaxPrice",
    "terminationPolicies": "TerminationPolicies",
    "protectFromScaleIn": "NewInstancesProtectedFromScaleIn",
    "serviceLinkedRoleArn": "ServiceLinkedRoleARN",
    "tags": "",
    "initialLifecycleHooks": "",
    "instanceRefresh": "",
    "warmPool": "",
}
_STEERING = frozenset(
    (
        "forceDelete",
        "forceDeleteWarmPool",
        "ignoreFailedScalingActivities",
        "waitForCapacityTimeout",
        "waitForElbCapacity",
        "minElbCapacity",
        "suspendedProcesses",
        "enabledMetrics",
        "metricsGranularity",
    )
)
"""Properties that make the provider wait, or that other calls carry."""
_GROUP = {"AutoScalingGroupName": "{id}"}


def _tags(context: Context) -> list[dict[str, Any]]:
    """The group's tags in the API's form."""
    return [
        {
            "Key": tag["key"],
            "Value": str(tag["value"]),
            "PropagateAtLaunch": bool(tag.get("propagateAtLaunch", False)),
            "ResourceId": context["name"],
            "ResourceType": "auto-scaling-group",
        }
        for tag in context.get("tags") or []
    ]


def _surplus_tags(context: Context) -> list[dict[str, Any]]:
    """Tags that were recorded and are no longer declared."""
    declared = {tag["key"] for tag in context.properties.get("tags") or []}
    recorded = {tag["key"] for tag in context.state.get("tags") or []}
    return [
        {"Key": key, "ResourceId": context["name"], "ResourceType": "auto-scaling-group"}
        for key in sorted(recorded - declared)
    ]


def _subnets(context: Context) -> str | None:
    return ",".join(context.get("vpcZoneIdentifiers") or []) or None


def _hooks(context: Context) -> list[dict[str, Any]] | None:
    names = {
        "name": "LifecycleHookName",
        "lifecycleTransition": "LifecycleTransition",
        "heartbeatTimeout": "HeartbeatTimeout",
        "defaultResult": "DefaultResult",
        "notificationMetadata": "NotificationMetadata",
        "notificationTargetArn": "NotificationTargetARN",
        "roleArn": "RoleARN",
    }
    hooks = context.get("initialLifecycleHooks") or []
    return [{names[key]: value for key, value in hook.items() if value is not None} for hook in hooks] or None


def _reuse(context: Context) -> dict[str, bool] | None:
    policy = (context.get("warmPool") or {}).get("instanceReusePolicy")
    return {"ReuseOnScaleIn": policy.get("reuseOnScaleIn", False)} if policy else None


TYPES = (
    AwsType(
        pulumi_type=tokens.SCALING_GROUP[0],
        service="autoscaling",
        name_property="name",
        name_length=255,
        create=Call(
            operation="create_auto_scaling_group",
            args={"VPCZoneIdentifier": _subnets, "Tags": _tags, "LifecycleHookSpecificationList": _hooks},
            takes=None,
        ),
        id="{name}",
        find=Read(
            operation="describe_auto_scaling_groups",
            args={"AutoScalingGroupNames": ["{name}"]},
            item="AutoScalingGroups[].AutoScalingGroupName",
        ),
        renames=_RENAMES,
        steps=(
            Call(
                operation="put_warm_pool",
                args={
                    **_GROUP,
                    **inside(
                        "warmPool",
                        MinSize="minSize",
                        PoolState="poolState",
                        MaxGroupPreparedCapacity="maxGroupPreparedCapacity",
                    ),
                    "InstanceReusePolicy": _reuse,
                },
                when=("warmPool",),
            ),
            Call(
                operation="enable_metrics_collection",
                args={
                    **_GROUP,
                    "Metrics": "{enabledMetrics}",
                    "Granularity": lambda c: c.get("metricsGranularity", "1Minute"),
                },
                when=("enabledMetrics",),
            ),
            Call(
                operation="suspend_processes",
                args={**_GROUP, "ScalingProcesses": "{suspendedProcesses}"},
                when=("suspendedProcesses",),
            ),
        ),
        read=(
            Read(
                operation="describe_auto_scaling_groups",
                args={"AutoScalingGroupNames": ["{id}"]},
                item="AutoScalingGroups[0]",
            ),
            Read(
                operation="describe_warm_pool",
                args=_GROUP,
                item="WarmPoolConfiguration",
                under="warmPool",
                when=("warmPool",),
            ),
        ),
        live={
            "vpcZoneIdentifiers": "VPCZoneIdentifier",
            "tags": "Tags[].{key: Key, value: Value, propagateAtLaunch: PropagateAtLaunch}",
            "warmPool": "warmPool.{poolState: PoolState, minSize: MinSize, "
            "maxGroupPreparedCapacity: MaxGroupPreparedCapacity, instanceReusePolicy: InstanceReusePolicy}",
        },
        update=(
            Call(
                operation="update_auto_scaling_group",
                # The desired capacity belongs to the policies: an update that is not about it must not carry it.
                args={**_GROUP, "VPCZoneIdentifier": _subnets, "DesiredCapacity": None},
                takes=None,
            ),
            Call(
                operation="update_auto_scaling_group",
                args=_GROUP,
                takes=("desiredCapacity",),
                when=("desiredCapacity",),
            ),
            # A call of its own: the refresh below is about these properties, but does not carry them.
            Call(
                operation="update_auto_scaling_group",
                args=_GROUP,
                takes=("launchTemplate", "mixedInstancesPolicy"),
                when=("launchTemplate", "mixedInstancesPolicy"),
            ),
            Call(operation="create_or_update_tags", args={"Tags": _tags}, when=("tags",)),
            Call(operation="delete_tags", args={"Tags": _surplus_tags}, when=("tags",), needs="Tags"),
            Call(
                operation="attach_load_balancer_target_groups",
                args={**_GROUP, "TargetGroupARNs": added("targetGroupArns")},
                when=("targetGroupArns",),
                needs="TargetGroupARNs",
            ),
            Call(
                operation="detach_load_balancer_target_groups",
                args={**_GROUP, "TargetGroupARNs": removed("targetGroupArns")},
                when=("targetGroupArns",),
                needs="TargetGroupARNs",
                removes=True,
            ),
            Call(
                operation="start_instance_refresh",
                args={**_GROUP, "Strategy": lambda c: (c.get("instanceRefresh") or {}).get("strategy", "Rolling")},
                when=("launchTemplate", "mixedInstancesPolicy"),
            ),
        ),
        before_delete=(Call(operation="delete_warm_pool", args={**_GROUP, "ForceDelete": True}, when=("warmPool",)),),
        delete=Call(operation="delete_auto_scaling_group", args={**_GROUP, "ForceDelete": True}),
        outputs={
            "arn": "AutoScalingGroupARN",
            "availabilityZones": "AvailabilityZones",
            "desiredCapacity": "DesiredCapacity",
        },
        unsent=_STEERING,
        replaces=frozenset({"name", "namePrefix"}),
    ),
)
