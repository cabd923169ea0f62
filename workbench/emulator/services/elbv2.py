"""Elastic Load Balancing v2: load balancers, target groups, listeners, rules.

Attribute keys: ELB API reference, LoadBalancerAttribute and TargetGroupAttribute (botocore 1.44.5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.emulator.resource_type import AwsType, Call, Context, Read

TAG = Call(operation="add_tags", args={"ResourceArns": ["{id}"]}, takes=("tags",))
UNTAG = Call(operation="remove_tags", args={"ResourceArns": ["{id}"], "TagKeys": lambda c: c.removed_tags})

LOAD_BALANCER_ATTRIBUTES = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableTlsVersionAndCipherSuiteHeaders": "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "enableWafFailOpen": "waf.fail_open.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
    "accessLogs.enabled": "access_logs.s3.enabled",
    "accessLogs.bucket": "access_logs.s3.bucket",
    "accessLogs.prefix": "access_logs.s3.prefix",
    "connectionLogs.enabled": "connection_logs.s3.enabled",
    "connectionLogs.bucket": "connection_logs.s3.bucket",
    "connectionLogs.prefix": "connection_logs.s3.prefix",
}
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
LISTENER_ATTRIBUTES = {
    "routingHttpResponseServerEnabled": "routing.http.response.server.enabled",
    "routingHttpResponseStrictTransportSecurityHeaderValue": (
        "routing.http.response.strict_transport_security.header_value"
    ),
    "routingHttpResponseXContentTypeOptionsHeaderValue": "routing.http.response.x_content_type_options.header_value",
    "routingHttpResponseXFrameOptionsHeaderValue": "routing.http.response.x_frame_options.header_value",
    "routingHttpResponseContentSecurityPolicyHeaderValue": (
        "routing.http.response.content_security_policy.header_value"
    ),
}


def roots(attributes: Mapping[str, str]) -> tuple[str, ...]:
    """The properties that a table of attributes is about."""
    return tuple(dict.fromkeys(path.split(".")[0] for path in attributes))


def attribute_list(attributes: Mapping[str, str]) -> Callable[[Context], list[dict[str, str]]]:
    """The declared ones of some attributes as the API's Key-Value list; values are text there."""

    def pairs(context: Context) -> list[dict[str, str]]:
        found = []
        for path, key in attributes.items():
            value: Any = context.properties
            for part in path.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None:
                found.append({"Key": key, "Value": str(value).lower() if isinstance(value, bool) else str(value)})
        return found

    return pairs


def attribute_views(attributes: Mapping[str, str]) -> dict[str, str]:
    """Property → JMESPath over the attributes as read back."""
    nested: dict[str, list[str]] = {}
    views = {}
    for path, key in attributes.items():
        look_up = f"attributes[?Key=='{key}'].Value | [0]"
        if "." in path:
            nested.setdefault(path.split(".")[0], []).append(f"{path.split('.')[1]}: {look_up}")
        else:
            views[path] = look_up
    return views | {name: "{" + ", ".join(parts) + "}" for name, parts in nested.items()}


_ACTION_RENAMES = {
    # A forward action's own target group and its weighted block are separate members of the API's action.
    "defaultActions.forward": "ForwardConfig",
    "defaultActions.fixedResponse": "FixedResponseConfig",
    "defaultActions.redirect": "RedirectConfig",
    "defaultActions.authenticateOidc": "AuthenticateOidcConfig",
    "defaultActions.authenticateCognito": "AuthenticateCognitoConfig",
    "defaultActions.jwtValidation": "JwtValidationConfig",
    "defaultActions.forward.stickiness": "TargetGroupStickinessConfig",
    "defaultActions.forward.stickiness.duration": "DurationSeconds",
    "defaultActions.forward.targetGroups.arn": "TargetGroupArn",
    "actions.forward": "ForwardConfig",
    "actions.fixedResponse": "FixedResponseConfig",
    "actions.redirect": "RedirectConfig",
    "actions.authenticateOidc": "AuthenticateOidcConfig",
    "actions.authenticateCognito": "AuthenticateCognitoConfig",
    "actions.jwtValidation": "JwtValidationConfig",
    "actions.forward.stickiness": "TargetGroupStickinessConfig",
    "actions.forward.stickiness.duration": "DurationSeconds",
    "actions.forward.targetGroups.arn": "TargetGroupArn",
    "*.messageBody": "MessageBody",
}


def _conditions(context: Context) -> list[dict[str, Any]]:
    """Rule conditions: Pulumi names the kind by its block, the API by a Field and a Config."""
    fields = {
        "hostHeader": ("host-header", "HostHeaderConfig"),
        "httpHeader": ("http-header", "HttpHeaderConfig"),
        "httpRequestMethod": ("http-request-method", "HttpRequestMethodConfig"),
        "pathPattern": ("path-pattern", "PathPatternConfig"),
        "queryStrings": ("query-string", "QueryStringConfig"),
        "sourceIp": ("source-ip", "SourceIpConfig"),
    }
    result = []
    for condition in context.get("conditions") or []:
        for name, block in condition.items():
            field, config = fields[name]
            if name == "queryStrings":
                content: dict[str, Any] = {
                    "Values": [{key.capitalize(): value for key, value in pair.items()} for pair in block]
                }
            else:
                content = {key[0].upper() + key[1:]: value for key, value in block.items()}
            result.append({"Field": field, config: content})
    return result


def _describe(operation: str, argument: str, item: str) -> Read:
    return Read(operation=operation, args={argument: ["{id}"]}, item=item)


TYPES = (
    AwsType(
        pulumi_type="aws:lb/loadBalancer:LoadBalancer",
        service="elbv2",
        name_property="name",
        name_length=32,
        create=Call(
            operation="create_load_balancer",
            args={
                "Scheme": lambda c: "internal" if c.get("internal") else "internet-facing",
                "Type": "{loadBalancerType}",
            },
            takes=("name", "subnets", "subnetMappings", "securityGroups", "ipAddressType", "tags"),
        ),
        id="LoadBalancers[0].LoadBalancerArn",
        find=Read(
            operation="describe_load_balancers", args={"Names": ["{name}"]}, item="LoadBalancers[0].LoadBalancerArn"
        ),
        steps=(
            Call(
                operation="modify_load_balancer_attributes",
                args={"LoadBalancerArn": "{id}", "Attributes": attribute_list(LOAD_BALANCER_ATTRIBUTES)},
                when=roots(LOAD_BALANCER_ATTRIBUTES),
            ),
        ),
        read=(
            _describe("describe_load_balancers", "LoadBalancerArns", "LoadBalancers[0]"),
            Read(
                operation="describe_load_balancer_attributes",
                args={"LoadBalancerArn": "{id}"},
                item="Attributes",
                under="attributes",
            ),
        ),
        live={
            **attribute_views(LOAD_BALANCER_ATTRIBUTES),
            "subnets": "AvailabilityZones[].SubnetId",
            "internal": "Scheme == 'internal'",
            "loadBalancerType": "Type",
            "name": "LoadBalancerName",
        },
        update=(
            Call(
                operation="set_security_groups",
                args={"LoadBalancerArn": "{id}"},
                takes=("securityGroups",),
                when=("securityGroups",),
            ),
            Call(operation="set_subnets", args={"LoadBalancerArn": "{id}"}, takes=("subnets",), when=("subnets",)),
            Call(
                operation="set_ip_address_type",
                args={"LoadBalancerArn": "{id}"},
                takes=("ipAddressType",),
                when=("ipAddressType",),
            ),
        ),
        delete=Call(operation="delete_load_balancer", args={"LoadBalancerArn": "{id}"}),
        outputs={
            "arn": "LoadBalancerArn",
            "arnSuffix": lambda c: str(c["arn"]).rsplit(":", 1)[-1].removeprefix("loadbalancer/"),
            "dnsName": "DNSName",
            "zoneId": "CanonicalHostedZoneId",
            "vpcId": "VpcId",
        },
        defaults={"loadBalancerType": "application"},
        replaces=frozenset({"name", "namePrefix", "internal", "loadBalancerType", "customerOwnedIpv4Pool"}),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:lb/targetGroup:TargetGroup",
        service="elbv2",
        name_property="name",
        name_length=32,
        create=Call(
            operation="create_target_group",
            args={
                "HealthCheckPath": lambda c: (c.get("healthCheck") or {}).get("path"),
                "HealthCheckProtocol": lambda c: (c.get("healthCheck") or {}).get("protocol"),
                "HealthCheckPort": lambda c: (c.get("healthCheck") or {}).get("port"),
                "HealthCheckEnabled": lambda c: (c.get("healthCheck") or {}).get("enabled"),
                "HealthCheckIntervalSeconds": lambda c: (c.get("healthCheck") or {}).get("interval"),
                "HealthCheckTimeoutSeconds": lambda c: (c.get("healthCheck") or {}).get("timeout"),
                "HealthyThresholdCount": lambda c: (c.get("healthCheck") or {}).get("healthyThreshold"),
                "UnhealthyThresholdCount": lambda c: (c.get("healthCheck") or {}).get("unhealthyThreshold"),
                "Matcher": lambda c: (
                    {"HttpCode": (c.get("healthCheck") or {})["matcher"]}
                    if (c.get("healthCheck") or {}).get("matcher")
                    else None
                ),
            },
            takes=("name", "port", "protocol", "protocolVersion", "vpcId", "targetType", "ipAddressType", "tags"),
        ),
        id="TargetGroups[0].TargetGroupArn",
        find=Read(
            operation="describe_target_groups", args={"Names": ["{name}"]}, item="TargetGroups[0].TargetGroupArn"
        ),
        steps=(
            Call(
                operation="modify_target_group_attributes",
                args={"TargetGroupArn": "{id}", "Attributes": attribute_list(TARGET_GROUP_ATTRIBUTES)},
                when=roots(TARGET_GROUP_ATTRIBUTES),
            ),
        ),
        read=(
            _describe("describe_target_groups", "TargetGroupArns", "TargetGroups[0]"),
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
                args={
                    "TargetGroupArn": "{id}",
                    "HealthCheckPath": lambda c: (c.get("healthCheck") or {}).get("path"),
                    "HealthCheckProtocol": lambda c: (c.get("healthCheck") or {}).get("protocol"),
                    "HealthCheckPort": lambda c: (c.get("healthCheck") or {}).get("port"),
                    "HealthCheckIntervalSeconds": lambda c: (c.get("healthCheck") or {}).get("interval"),
                    "HealthCheckTimeoutSeconds": lambda c: (c.get("healthCheck") or {}).get("timeout"),
                    "HealthyThresholdCount": lambda c: (c.get("healthCheck") or {}).get("healthyThreshold"),
                    "UnhealthyThresholdCount": lambda c: (c.get("healthCheck") or {}).get("unhealthyThreshold"),
                },
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
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:lb/listener:Listener",
        service="elbv2",
        create=Call(
            operation="create_listener",
            args={
                "LoadBalancerArn": "{loadBalancerArn}",
                "Certificates": lambda c: (
                    [{"CertificateArn": c["certificateArn"]}] if c.get("certificateArn") else None
                ),
            },
            takes=("port", "protocol", "sslPolicy", "alpnPolicy", "mutualAuthentication", "defaultActions", "tags"),
        ),
        id="Listeners[0].ListenerArn",
        find=Read(
            operation="describe_listeners",
            args={"LoadBalancerArn": "{loadBalancerArn}"},
            item="Listeners[?Port==`{port}`].ListenerArn | [0]",
        ),
        renames={**_ACTION_RENAMES, "mutualAuthentication.advertiseTrustStoreCaNames": "AdvertiseTrustStoreCaNames"},
        steps=(
            Call(
                operation="modify_listener_attributes",
                args={"ListenerArn": "{id}", "Attributes": attribute_list(LISTENER_ATTRIBUTES)},
                when=roots(LISTENER_ATTRIBUTES),
            ),
        ),
        read=(_describe("describe_listeners", "ListenerArns", "Listeners[0]"),),
        live={"certificateArn": "Certificates[0].CertificateArn"},
        update=(
            Call(
                operation="modify_listener",
                args={
                    "ListenerArn": "{id}",
                    "Certificates": lambda c: (
                        [{"CertificateArn": c["certificateArn"]}] if c.get("certificateArn") else None
                    ),
                },
                takes=("port", "protocol", "sslPolicy", "alpnPolicy", "mutualAuthentication", "defaultActions"),
            ),
        ),
        delete=Call(operation="delete_listener", args={"ListenerArn": "{id}"}),
        outputs={"arn": "ListenerArn"},
        replaces=frozenset({"loadBalancerArn"}),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:lb/listenerRule:ListenerRule",
        service="elbv2",
        create=Call(
            operation="create_rule",
            args={
                "ListenerArn": "{listenerArn}",
                "Conditions": _conditions,
                "Priority": lambda c: c.get("priority", 1),
            },
            takes=("actions", "tags"),
        ),
        id="Rules[0].RuleArn",
        find=Read(
            operation="describe_rules",
            args={"ListenerArn": "{listenerArn}"},
            item="Rules[?Priority=='{priority}'].RuleArn | [0]",
        ),
        renames={**_ACTION_RENAMES, "conditions": "", "transforms": ""},
        read=(_describe("describe_rules", "RuleArns", "Rules[0]"),),
        update=(
            # One call a property: conditions must not carry the actions along, whose weights a rollout owns.
            Call(operation="modify_rule", args={"RuleArn": "{id}"}, takes=("actions",), when=("actions",)),
            Call(operation="modify_rule", args={"RuleArn": "{id}", "Conditions": _conditions}, when=("conditions",)),
            Call(
                operation="set_rule_priorities",
                args={"RulePriorities": lambda c: [{"RuleArn": c.id, "Priority": int(c["priority"])}]},
                when=("priority",),
            ),
        ),
        delete=Call(operation="delete_rule", args={"RuleArn": "{id}"}),
        outputs={"arn": "RuleArn"},
        replaces=frozenset({"listenerArn"}),
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:lb/targetGroupAttachment:TargetGroupAttachment",
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
