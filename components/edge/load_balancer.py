"""Public HTTPS entry point of a dedicated stack."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.observability.log_bucket import ACCESS_LOG_PREFIX


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """Network, name and TLS."""

    vpc_id: pulumi.Input[str]
    """VPC of the subnets; another one means another load balancer."""
    subnet_ids: Sequence[pulumi.Input[str]]
    """Subnets with a route to the internet, in at least two zones."""
    security_group_id: pulumi.Input[str]
    """Group that admits the clients."""
    certificate_arn: pulumi.Input[str]
    """Certificate of the name."""
    domain_name: str
    """Name that clients use."""
    hosted_zone_id: str | None
    """Zone in which the name is published. None: somebody else publishes it."""
    log_bucket_name: pulumi.Input[str]
    """Bucket of the access logs."""
    ip_address_type: str
    """``dualstack`` or ``ipv4``; without public IPv4 it could fetch no signing keys."""
    tls_policy: str
    """TLS versions and ciphers."""
    idle_timeout_seconds: int = 60
    """Seconds an idle connection is kept. Default: 60, the AWS default."""
    deletion_protection: bool = True
    """Refuse to delete the load balancer. Default: True."""


class LoadBalancer(pulumi.ComponentResource):
    """Application load balancer that speaks TLS only and knows no route of its own.

    There is no port 80: a redirect would take a first request, token included, in the clear.
    Creates: load balancer, HTTPS listener (404 unless a rule matches), DNS records.
    """

    arn: pulumi.Output[str]
    """ARN of the load balancer."""
    arn_suffix: pulumi.Output[str]
    """Its name in CloudWatch metrics: ``app/<name>/<id>``."""
    listener_arn: pulumi.Output[str]
    """ARN of the HTTPS listener."""
    dns_name: pulumi.Output[str]
    """Name that AWS gives it."""

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:LoadBalancer", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        balancer = aws.lb.LoadBalancer(
            f"{name}-alb",
            load_balancer_type="application",
            internal=False,
            ip_address_type=args.ip_address_type,
            subnets=list(args.subnet_ids),
            security_groups=[args.security_group_id],
            access_logs={"bucket": args.log_bucket_name, "enabled": True, "prefix": ACCESS_LOG_PREFIX},
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            xff_header_processing_mode="append",
            enable_http2=True,
            enable_tls_version_and_cipher_suite_headers=True,
            enable_waf_fail_open=False,
            enable_deletion_protection=args.deletion_protection,
            idle_timeout=args.idle_timeout_seconds,
            opts=pulumi.ResourceOptions(
                parent=self,
                # It takes other subnets and groups of its VPC only, and no property of it names the VPC (ELB
                # reference, SetSubnets and SetSecurityGroups).
                replacement_trigger=args.vpc_id,
                custom_timeouts=pulumi.CustomTimeouts(create="15m", update="15m", delete="15m"),
            ),
        )
        listener = aws.lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=args.tls_policy,
            certificate_arn=args.certificate_arn,
            default_actions=[
                {
                    "type": "fixed-response",
                    "fixed_response": {
                        "status_code": "404",
                        "content_type": "application/json",
                        "message_body": json.dumps({"error": "not_found"}),
                    },
                }
            ],
            routing_http_response_server_enabled=False,
            routing_http_response_strict_transport_security_header_value="max-age=31536000; includeSubDomains",
            routing_http_response_x_content_type_options_header_value="nosniff",
            routing_http_response_x_frame_options_header_value="DENY",
            opts=child,
        )
        if args.hosted_zone_id is not None:
            for record_type in ("A",) if args.ip_address_type == "ipv4" else ("A", "AAAA"):
                aws.route53.Record(
                    f"{name}-{record_type.lower()}",
                    zone_id=args.hosted_zone_id,
                    name=args.domain_name,
                    type=record_type,
                    aliases=[{"name": balancer.dns_name, "zone_id": balancer.zone_id, "evaluate_target_health": True}],
                    opts=child,
                )
        self.arn = balancer.arn
        self.arn_suffix = balancer.arn_suffix
        self.listener_arn = listener.arn
        self.dns_name = balancer.dns_name
        self.register_outputs({"arn": self.arn, "listenerArn": self.listener_arn, "dnsName": self.dns_name})
