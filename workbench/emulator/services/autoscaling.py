"""EC2 Auto Scaling: groups, scaling policies, scheduled actions, lifecycle hooks; and launch templates."""

from __future__ import annotations

from typing import Any

from workbench.emulator import mapping
from workbench.emulator.api import operation_model
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.services.ec2 import ARN, OWNER_TAG, TAG, UNTAG, tags_of

GROUP_RENAMES = {
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


def group_tags(context: Context) -> list[dict[str, Any]]:
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


def launch_template_data(context: Context) -> dict[str, Any]:
    """The LaunchTemplateData of a declared launch template, by the names of the service model."""
    shape = operation_model("ec2", "create_launch_template").input_shape.members["LaunchTemplateData"]
    renames = {
        "vpcSecurityGroupIds": "SecurityGroupIds",
        "*.iamInstanceProfile.arn": "Arn",
        "tagSpecifications.tags": "Tags",
        "networkInterfaces.securityGroups": "Groups",
        "creditSpecification.cpuCredits": "CpuCredits",
        "metadataOptions.httpProtocolIpv6": "HttpProtocolIpv6",
        "ramDiskId": "RamDiskId",
    }
    data = {}
    for name, value in context.properties.items():
        member = mapping.member_for(shape, name, renames)
        if member and value not in (None, [], {}) and name not in ("name", "description", "tags"):
            data[member] = mapping.to_api(shape.members[member], value, renames, name)
    return data


_DATA_PROPERTIES = (
    "blockDeviceMappings",
    "capacityReservationSpecification",
    "cpuOptions",
    "creditSpecification",
    "disableApiStop",
    "disableApiTermination",
    "ebsOptimized",
    "enclaveOptions",
    "hibernationOptions",
    "iamInstanceProfile",
    "imageId",
    "instanceInitiatedShutdownBehavior",
    "instanceMarketOptions",
    "instanceRequirements",
    "instanceType",
    "keyName",
    "maintenanceOptions",
    "metadataOptions",
    "monitoring",
    "networkInterfaces",
    "placement",
    "privateDnsNameOptions",
    "tagSpecifications",
    "userData",
    "vpcSecurityGroupIds",
)


def _data_views() -> dict[str, str]:
    names = {"vpcSecurityGroupIds": "SecurityGroupIds"}
    return {name: "data." + names.get(name, name[0].upper() + name[1:]) for name in _DATA_PROPERTIES}


_POLICY_RENAMES = {
    "name": "PolicyName",
    "autoscalingGroupName": "AutoScalingGroupName",
    "targetTrackingConfiguration.customizedMetricSpecification.metrics": "Metrics",
    "targetTrackingConfiguration.customizedMetricSpecification.metricDimensions": "Dimensions",
    "targetTrackingConfiguration.customizedMetricSpecification.metrics.metricStat.metric.dimensions": "Dimensions",
    "stepAdjustments.metricIntervalLowerBound": "MetricIntervalLowerBound",
    "estimatedInstanceWarmup": "EstimatedInstanceWarmup",
}

TYPES = (
    AwsType(
        pulumi_type="aws:ec2/launchTemplate:LaunchTemplate",
        service="ec2",
        name_property="name",
        name_length=125,
        create=Call(
            operation="create_launch_template",
            args={
                "LaunchTemplateName": "{name}",
                "VersionDescription": lambda c: c.get("description"),
                "LaunchTemplateData": launch_template_data,
                "TagSpecifications": tags_of("launch-template"),
                "ClientToken": "{uid}",
            },
        ),
        id="LaunchTemplate.LaunchTemplateId",
        find=Read(
            operation="describe_launch_templates",
            args={"LaunchTemplateNames": ["{name}"]},
            item="LaunchTemplates[0].LaunchTemplateId",
        ),
        read=(
            Read(
                operation="describe_launch_templates",
                args={"LaunchTemplateIds": ["{id}"]},
                item="LaunchTemplates[0]",
            ),
            Read(
                operation="describe_launch_template_versions",
                args={"LaunchTemplateId": "{id}", "Versions": ["$Latest"]},
                item="LaunchTemplateVersions[0].LaunchTemplateData",
                under="data",
            ),
        ),
        live={
            **_data_views(),
            "name": "LaunchTemplateName",
            "networkInterfaces": "data.NetworkInterfaces[].{associatePublicIpAddress: AssociatePublicIpAddress, "
            "deleteOnTermination: DeleteOnTermination, securityGroups: Groups}",
        },
        update=(
            Call(
                operation="create_launch_template_version",
                args={
                    "LaunchTemplateId": "{id}",
                    "VersionDescription": lambda c: c.get("description"),
                    "LaunchTemplateData": launch_template_data,
                },
                when=(*_DATA_PROPERTIES, "description"),
            ),
            Call(
                operation="modify_launch_template",
                args={
                    "LaunchTemplateId": "{id}",
                    "DefaultVersion": lambda c: (
                        str(int(c.state.get("latestVersion", 1)) + 1) if c.get("updateDefaultVersion") else None
                    ),
                },
                when=_DATA_PROPERTIES,
            ),
        ),
        delete=Call(operation="delete_launch_template", args={"LaunchTemplateId": "{id}"}),
        outputs={
            "arn": ARN + "launch-template/{id}",
            "latestVersion": "LatestVersionNumber",
            "defaultVersion": "DefaultVersionNumber",
        },
        renames=dict.fromkeys(_DATA_PROPERTIES, ""),
        unsent=frozenset({"updateDefaultVersion", "description"}),
        replaces=frozenset({"name", "namePrefix"}),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:autoscaling/group:Group",
        service="autoscaling",
        name_property="name",
        name_length=255,
        create=Call(
            operation="create_auto_scaling_group",
            args={
                "VPCZoneIdentifier": _subnets,
                "Tags": group_tags,
                "LifecycleHookSpecificationList": _hooks,
            },
            takes=None,
        ),
        id="{name}",
        find=Read(
            operation="describe_auto_scaling_groups",
            args={"AutoScalingGroupNames": ["{name}"]},
            item="AutoScalingGroups[0].AutoScalingGroupName",
        ),
        renames=GROUP_RENAMES,
        steps=(
            Call(
                operation="put_warm_pool",
                args={
                    "AutoScalingGroupName": "{id}",
                    "MinSize": lambda c: (c.get("warmPool") or {}).get("minSize"),
                    "PoolState": lambda c: (c.get("warmPool") or {}).get("poolState"),
                    "MaxGroupPreparedCapacity": lambda c: (c.get("warmPool") or {}).get("maxGroupPreparedCapacity"),
                    "InstanceReusePolicy": lambda c: (
                        {"ReuseOnScaleIn": c["warmPool"]["instanceReusePolicy"].get("reuseOnScaleIn", False)}
                        if (c.get("warmPool") or {}).get("instanceReusePolicy")
                        else None
                    ),
                },
                when=("warmPool",),
            ),
            Call(
                operation="enable_metrics_collection",
                args={
                    "AutoScalingGroupName": "{id}",
                    "Metrics": "{enabledMetrics}",
                    "Granularity": lambda c: c.get("metricsGranularity", "1Minute"),
                },
                when=("enabledMetrics",),
            ),
            Call(
                operation="suspend_processes",
                args={"AutoScalingGroupName": "{id}", "ScalingProcesses": "{suspendedProcesses}"},
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
                args={"AutoScalingGroupName": "{id}"},
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
                args={"AutoScalingGroupName": "{id}", "VPCZoneIdentifier": _subnets},
                takes=None,
            ),
            Call(operation="create_or_update_tags", args={"Tags": group_tags}, when=("tags",)),
            Call(
                operation="start_instance_refresh",
                args={
                    "AutoScalingGroupName": "{id}",
                    "Strategy": lambda c: c["instanceRefresh"].get("strategy", "Rolling"),
                },
                when=("launchTemplate", "mixedInstancesPolicy"),
            ),
        ),
        before_delete=(
            Call(
                operation="delete_warm_pool",
                args={"AutoScalingGroupName": "{id}", "ForceDelete": True},
                when=("warmPool",),
            ),
        ),
        delete=Call(operation="delete_auto_scaling_group", args={"AutoScalingGroupName": "{id}", "ForceDelete": True}),
        outputs={
            "arn": "AutoScalingGroupARN",
            "availabilityZones": "AvailabilityZones",
            "desiredCapacity": "DesiredCapacity",
        },
        unsent=_STEERING,
        replaces=frozenset({"name", "namePrefix", "placementGroup"}),
    ),
    AwsType(
        pulumi_type="aws:autoscaling/policy:Policy",
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
        pulumi_type="aws:autoscaling/schedule:Schedule",
        service="autoscaling",
        create=Call(operation="put_scheduled_update_group_action", takes=None),
        id="{scheduledActionName}",
        renames={"autoscalingGroupName": "AutoScalingGroupName"},
        read=(
            Read(
                operation="describe_scheduled_actions",
                args={"AutoScalingGroupName": "{autoscalingGroupName}", "ScheduledActionNames": ["{id}"]},
                item="ScheduledUpdateGroupActions[0]",
            ),
        ),
        update=(Call(operation="put_scheduled_update_group_action", takes=None),),
        delete=Call(
            operation="delete_scheduled_action",
            args={"AutoScalingGroupName": "{autoscalingGroupName}", "ScheduledActionName": "{id}"},
        ),
        outputs={"arn": "ScheduledActionARN"},
        replaces=frozenset({"autoscalingGroupName", "scheduledActionName"}),
    ),
    AwsType(
        pulumi_type="aws:autoscaling/lifecycleHook:LifecycleHook",
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
        pulumi_type="aws:autoscaling/notification:Notification",
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
__all__ = ["GROUP_RENAMES", "OWNER_TAG", "TYPES"]
