"""Elastic Load Balancing v2: load balancers.

Attribute keys, here and in the other files of the service: ELB API reference, LoadBalancerAttribute,
TargetGroupAttribute and ListenerAttribute (botocore 1.44.5).
"""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.elbv2_rows import TAGGING, own
from workbench.emulator.ownership import tag_list
from workbench.emulator.resource_type import AwsType, Call, Read
from workbench.emulator.rows import attribute_list, attribute_views, by_id, roots

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
TYPES = (
    AwsType(
        pulumi_type=tokens.LOAD_BALANCER[0],
        service="elbv2",
        name_property="name",
        name_length=32,
        create=Call(
            operation="create_load_balancer",
            args={
                "Scheme": lambda c: "internal" if c.get("internal") else "internet-facing",
                "Type": "{loadBalancerType}",
                "Tags": tag_list(),
            },
            takes=("name", "subnets", "subnetMappings", "securityGroups", "ipAddressType"),
        ),
        id="LoadBalancers[0].LoadBalancerArn",
        find=own("describe_load_balancers", "LoadBalancers[].LoadBalancerArn", Names=["{name}"]),
        finds_own=True,
        steps=(
            Call(
                operation="modify_load_balancer_attributes",
                args={"LoadBalancerArn": "{id}", "Attributes": attribute_list(LOAD_BALANCER_ATTRIBUTES)},
                when=roots(LOAD_BALANCER_ATTRIBUTES),
            ),
        ),
        read=(
            by_id("describe_load_balancers", "LoadBalancerArns", "LoadBalancers[0]"),
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
        tagging=TAGGING,
    ),
)
