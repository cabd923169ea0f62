"""A certificate of a company's own authority, imported; a classic site behind it that serves two names."""

import pulumi
import pulumi_aws as aws

from foreign.parts import network

PEM = "-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIQIRi6zePL6mKjOipn\n-----END CERTIFICATE-----\n"

TWINS = {
    "an old TLS policy": {"https.sslPolicy": "ELBSecurityPolicy-TLS-1-0-2015-04"},
    "no certificate": {"https.certificateArn": None},
}


def program():
    net = network("net")
    certificate = aws.acm.Certificate(
        "own",
        certificate_body=PEM,
        certificate_chain=PEM,
        private_key=pulumi.Output.secret("a key from the configuration"),
    )
    second = aws.acm.Certificate(
        "second",
        domain_name="shop.acme.example",
        subject_alternative_names=["www.shop.acme.example"],
        validation_method="DNS",
        opts=pulumi.ResourceOptions(delete_before_replace=False),
    )
    group = aws.ec2.SecurityGroup(
        "site",
        vpc_id=net.vpc.id,
        ingress=[
            {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["0.0.0.0/0"]} for port in (80, 443)
        ],
        egress=[{"protocol": "tcp", "from_port": 8080, "to_port": 8080, "cidr_blocks": ["10.0.0.0/16"]}],
    )
    balancer = aws.alb.LoadBalancer(
        "site", security_groups=[group.id], subnets=[one.id for one in net.public], idle_timeout=120
    )
    targets = aws.alb.TargetGroup(
        "site", port=8080, protocol="HTTP", vpc_id=net.vpc.id, health_check={"path": "/", "matcher": "200-399"}
    )
    aws.alb.Listener(
        "redirect",
        load_balancer_arn=balancer.arn,
        port=80,
        default_actions=[
            {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}
        ],
    )
    https = aws.alb.Listener(
        "https",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        certificate_arn=certificate.arn,
        default_actions=[
            {"type": "fixed-response", "fixed_response": {"content_type": "text/plain", "status_code": "404"}}
        ],
    )
    aws.alb.ListenerCertificate("second", listener_arn=https.arn, certificate_arn=second.arn)
    aws.alb.ListenerRule(
        "shop",
        listener_arn=https.arn,
        priority=10,
        conditions=[
            {"host_header": {"values": ["shop.acme.example"]}},
            {"path_pattern": {"values": ["/shop/*", "/cart/*"]}},
        ],
        actions=[{"type": "forward", "target_group_arn": targets.arn}],
    )
    aws.alb.ListenerRule(
        "blue-green",
        listener_arn=https.arn,
        priority=20,
        conditions=[{"http_header": {"http_header_name": "X-Beta", "values": ["yes"]}}],
        actions=[
            {
                "type": "forward",
                "forward": {
                    "target_groups": [{"arn": targets.arn, "weight": 100}],
                    "stickiness": {"enabled": True, "duration": 600},
                },
            }
        ],
    )
