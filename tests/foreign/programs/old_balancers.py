"""Load balancers as older programs have them: a classic one, `aws.alb`, a listener that names no TLS policy."""

import pulumi_aws as aws

from foreign.parts import CERTIFICATE, network

TWINS = {
    "HTTP only, classic": {
        "classic.listeners[0]": {"instancePort": 80, "instanceProtocol": "http", "lbPort": 80, "lbProtocol": "http"}
    },
    "HTTP only, by alb": {"secure.protocol": "HTTP"},
    "HTTP by default": {"secure.protocol": None, "secure.port": 80},
    "TLS 1.0 by name": {"secure.sslPolicy": "ELBSecurityPolicy-TLS-1-0-2015-04"},
    "a listener without a certificate": {"secure.certificateArn": None},
    "an origin that is asked over HTTP": {"cdn.origins[0].customOriginConfig.originProtocolPolicy": "http-only"},
}


def program():
    net = network("net")
    subnets = [one.id for one in net.public]
    aws.elb.LoadBalancer(
        "classic",
        subnets=subnets,
        listeners=[
            {
                "instance_port": 80,
                "instance_protocol": "http",
                "lb_port": 443,
                "lb_protocol": "https",
                "ssl_certificate_id": CERTIFICATE,
            }
        ],
    )
    balancer = aws.alb.LoadBalancer("web", subnets=subnets)
    group = aws.alb.TargetGroup("web", port=80, protocol="HTTP", vpc_id=net.vpc.id)
    aws.alb.Listener(
        "secure",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        certificate_arn=CERTIFICATE,
        default_actions=[{"type": "forward", "target_group_arn": group.arn}],
    )
    aws.alb.Listener(
        "plain",
        load_balancer_arn=balancer.arn,
        port=80,
        protocol="HTTP",
        default_actions=[
            {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}
        ],
    )
    bucket = aws.s3.Bucket("site")
    aws.cloudfront.Distribution(
        "cdn",
        enabled=True,
        origins=[
            {
                "origin_id": "api",
                "domain_name": "api.acme.example",
                "custom_origin_config": {
                    "http_port": 80,
                    "https_port": 443,
                    "origin_protocol_policy": "https-only",
                    "origin_ssl_protocols": ["TLSv1.2"],
                },
            },
            {"origin_id": "site", "domain_name": bucket.bucket_regional_domain_name},
        ],
        default_cache_behavior={
            "target_origin_id": "api",
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
        },
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        viewer_certificate={"cloudfront_default_certificate": True},
    )
