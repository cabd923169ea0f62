"""Data rules about load balancers."""

from __future__ import annotations

from typing import Final

from deployment.tokens import LISTENER, LOAD_BALANCER, TARGET_GROUP, WEB_ACL_ASSOCIATION
from policies.finding import Enforcement, Risk, Severity
from policies.rule import Rule
from policies.table import Beside, companion, must_be, must_have, row

YEAR: Final = "max-age=31536000; includeSubDomains"
HEADER: Final = "routingHttpResponse"
NOT_A_FUNCTION: Final = {"targetType": ("instance", "ip", "alb", None)}
"""A target group of a Lambda function has neither protocol nor health check."""

RULES: Final[tuple[Rule, ...]] = (
    row(
        "edge-access-logs",
        LOAD_BALANCER,
        must_be("accessLogs.enabled", True),
        must_have("accessLogs.bucket", "a bucket that Elastic Load Balancing may write to"),
        title="Load balancers write access logs",
        severity=Severity.HIGH,
        why="Without access logs nobody can tell who called the API, nor investigate an incident.",
        fix="Set accessLogs.enabled to true, and accessLogs.bucket to a bucket that the service may write to.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-5",
        frameworks=(
            "checkov:CKV_AWS_91",
            "fsbp:ELB.5",
            "awsguard:elb-logging-enabled",
            "pulumi:enableAccessLogging",
            "pulumi:configureAccessLogging",
        ),
    ),
    row(
        "edge-cross-zone",
        LOAD_BALANCER,
        must_be("enableCrossZoneLoadBalancing", True),
        where={"loadBalancerType": ("network", "gateway")},
        title="Network load balancers balance across zones",
        severity=Severity.LOW,
        enforcement=Enforcement.ADVISORY,
        why="Without it a zone with few targets is overloaded while others idle.",
        fix="Set enableCrossZoneLoadBalancing to true.",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html",
        frameworks=("checkov:CKV_AWS_152",),
    ),
    row(
        "edge-deletion-protection",
        LOAD_BALANCER,
        must_be("enableDeletionProtection", True),
        title="Load balancers are protected from deletion",
        severity=Severity.MEDIUM,
        why="A load balancer deleted by mistake takes the address and every rule with it.",
        fix="Set enableDeletionProtection to true; where a stack is torn down on schedule, waive this with a date.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-6",
        frameworks=("checkov:CKV_AWS_150", "fsbp:ELB.6", "awsguard:elb-deletion-protection-enabled"),
        reads_graph=True,
    ),
    row(
        "edge-desync-mitigation",
        LOAD_BALANCER,
        must_be("desyncMitigationMode", "strictest", "defensive", None),
        title="Load balancers mitigate request desync",
        severity=Severity.HIGH,
        why="Requests that proxies read differently let an attacker put requests into other users' connections.",
        fix="Set desyncMitigationMode to strictest or defensive.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-12",
        frameworks=("checkov:CKV_AWS_328", "fsbp:ELB.12"),
    ),
    row(
        "edge-drops-invalid-headers",
        LOAD_BALANCER,
        must_be("dropInvalidHeaderFields", True),
        title="Load balancers drop invalid header fields",
        severity=Severity.MEDIUM,
        why="Header names that HTTP does not allow are how requests are smuggled past the load balancer.",
        fix="Set dropInvalidHeaderFields to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-4",
        frameworks=("checkov:CKV_AWS_131", "fsbp:ELB.4"),
        mends=True,
    ),
    row(
        "edge-listener-certificate",
        LISTENER,
        must_have("certificateArn", "the ARN of an ACM certificate"),
        where={"protocol": ("HTTPS", "TLS")},
        title="Encrypted listeners have a certificate",
        severity=Severity.HIGH,
        risk=Risk.REFUSAL,
        why="AWS refuses the listener at deployment, after half of the stack has been made.",
        fix="Set certificateArn.",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
        refused_by="elasticloadbalancing CreateListener: ValidationError, a certificate must be specified",
    ),
    row(
        "edge-security-headers",
        LISTENER,
        must_have(f"{HEADER}StrictTransportSecurityHeaderValue", YEAR),
        must_be(f"{HEADER}XContentTypeOptionsHeaderValue", "nosniff"),
        must_be(f"{HEADER}XFrameOptionsHeaderValue", "DENY", "SAMEORIGIN"),
        must_be(f"{HEADER}ServerEnabled", False),
        where={"protocol": ("HTTPS",)},
        title="Answers tell browsers to stay with TLS",
        severity=Severity.LOW,
        enforcement=Enforcement.ADVISORY,
        why="A browser that was once sent to plain HTTP gives its token to whoever listens.",
        fix="Set the routingHttpResponse properties that the message names, unless the application sends the headers.",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html",
    ),
    row(
        "edge-target-group-encrypted",
        TARGET_GROUP,
        must_be("protocol", "HTTPS", "TLS", "QUIC", "TCP_QUIC"),
        where=NOT_A_FUNCTION,
        title="Load balancers talk TLS to their targets",
        severity=Severity.HIGH,
        why="TLS that ends at the load balancer leaves tokens readable inside the network. AWS can't change it later.",
        fix="Set protocol to HTTPS from the first day.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-22",
        frameworks=("checkov:CKV_AWS_378", "fsbp:ELB.22"),
    ),
    row(
        "edge-target-group-health-check",
        TARGET_GROUP,
        must_be("healthCheck.protocol", "HTTPS"),
        must_have("healthCheck.path", "the path that answers for the application's health"),
        must_be("healthCheck.enabled", True, None),
        where=NOT_A_FUNCTION,
        title="Target groups check health over HTTPS on a path of the application",
        severity=Severity.MEDIUM,
        why="A target that accepts connections but fails its requests would keep its share of traffic.",
        fix="Set healthCheck.protocol to HTTPS and healthCheck.path to the application's health path.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-21",
        frameworks=("checkov:CKV_AWS_261", "fsbp:ELB.21"),
    ),
    row(
        "edge-web-acl-attached",
        LOAD_BALANCER,
        companion(
            Beside(WEB_ACL_ASSOCIATION, "resourceArn", "aws.wafv2.WebAclAssociation"),
            must_have("webAclArn", "the ARN of a web ACL"),
        ),
        where={"internal": (False, None), "loadBalancerType": ("application", None)},
        title="Public load balancers stand behind a web ACL",
        severity=Severity.HIGH,
        why="Without a web ACL there is no rate limit: one client can use the whole fleet, and the budget.",
        fix="Add an aws.wafv2.WebAclAssociation whose resourceArn is the load balancer's ARN.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-16",
        frameworks=("checkov:CKV2_AWS_28", "checkov:CKV2_AWS_76", "fsbp:ELB.16"),
    ),
)
