"""Elastic Load Balancing v2: target groups and their targets."""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.elbv2_rows import TAGGING, own
from workbench.emulator.ownership import tag_list
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import attribute_list, attribute_views, by_id, inside, roots

TARGET_GROUP_ATTRIBUTES = {
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "loadBalancingAnomalyMitigation": "load_balancing.algorithm.anomaly_mitigation",
    "loadBalancingCrossZoneEnabled": "load_balancing.cross_zone.enabled",
    "slowStart": "slow_start.duration_seconds",
    "stickiness.enabled": "stickiness.enabled",
    "stickiness.type": "stickiness.type",
    "stickiness.cookieDuration": "stickiness.lb_cookie.duration_seconds",
}
_CHECK = inside(
    "healthCheck",
    HealthCheckPath="path",
    HealthCheckProtocol="protocol",
    HealthCheckPort="port",
    HealthCheckIntervalSeconds="interval",
    HealthCheckTimeoutSeconds="timeout",
    HealthyThresholdCount="healthyThreshold",
    UnhealthyThresholdCount="unhealthyThreshold",
)


def _matcher(context: Context) -> dict[str, str] | None:
    code = (context.get("healthCheck") or {}).get("matcher")
    return {"HttpCode": code} if code else None


TYPES = (
    AwsType(
        pulumi_type=tokens.TARGET_GROUP[0],
        service="elbv2",
        name_property="name",
        name_length=32,
        create=Call(
            operation="create_target_group",
            args={
                **_CHECK,
                **inside("healthCheck", HealthCheckEnabled="enabled"),
                "Matcher": _matcher,
                "Tags": tag_list(),
            },
            takes=("name", "port", "protocol", "protocolVersion", "vpcId", "targetType", "ipAddressType"),
        ),
        id="TargetGroups[0].TargetGroupArn",
        find=own("describe_target_groups", "TargetGroups[].TargetGroupArn", Names=["{name}"]),
        finds_own=True,
        steps=(
            Call(
                operation="modify_target_group_attributes",
                args={"TargetGroupArn": "{id}", "Attributes": attribute_list(TARGET_GROUP_ATTRIBUTES)},
                when=roots(TARGET_GROUP_ATTRIBUTES),
            ),
        ),
        read=(
            by_id("describe_target_groups", "TargetGroupArns", "TargetGroups[0]"),
            Read(
                operation="describe_target_group_attributes",
                args={"TargetGroupArn": "{id}"},
                item="Attributes",
                under="attributes",
            ),
        ),
        live={
            **attribute_views(TARGET_GROUP_ATTRIBUTES),
            "name": "TargetGroupName",
            "healthCheck": "{path: HealthCheckPath, protocol: HealthCheckProtocol, port: HealthCheckPort, "
            "enabled: HealthCheckEnabled, interval: HealthCheckIntervalSeconds, timeout: HealthCheckTimeoutSeconds, "
            "healthyThreshold: HealthyThresholdCount, unhealthyThreshold: UnhealthyThresholdCount, "
            "matcher: Matcher.HttpCode}",
        },
        update=(
            Call(
                operation="modify_target_group",
                args={"TargetGroupArn": "{id}", **_CHECK, "Matcher": _matcher},
                when=("healthCheck",),
            ),
        ),
        delete=Call(operation="delete_target_group", args={"TargetGroupArn": "{id}"}),
        outputs={
            "arn": "TargetGroupArn",
            "arnSuffix": lambda c: str(c["arn"]).rsplit(":", 1)[-1],
            "loadBalancerArns": "LoadBalancerArns",
        },
        unsent=frozenset({"lambdaMultiValueHeadersEnabled", "proxyProtocolV2"}),
        replaces=frozenset(
            {"name", "namePrefix", "port", "protocol", "protocolVersion", "vpcId", "targetType", "ipAddressType"}
        ),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.TARGET_GROUP_ATTACHMENT[0],
        service="elbv2",
        create=Call(
            operation="register_targets",
            args={
                "TargetGroupArn": "{targetGroupArn}",
                "Targets": lambda c: [{"Id": c["targetId"], **({"Port": int(c["port"])} if c.get("port") else {})}],
            },
        ),
        id="{targetGroupArn}-{uid}",
        read=(
            Read(
                operation="describe_target_health",
                args={"TargetGroupArn": "{targetGroupArn}", "Targets": [{"Id": "{targetId}"}]},
                item="TargetHealthDescriptions[0].Target",
            ),
        ),
        live={"targetId": "Id"},
        delete=Call(
            operation="deregister_targets",
            args={"TargetGroupArn": "{targetGroupArn}", "Targets": [{"Id": "{targetId}"}]},
        ),
        replaces=frozenset({"targetGroupArn", "targetId", "port", "availabilityZone"}),
    ),
)
