"""An internal service: load balancer in private subnets, reached from the company's network, without tokens."""

import pulumi_aws as aws

from foreign.parts import CERTIFICATE, network

TWINS = {
    "SSH open to the world": {
        "internal.ingress[0]": {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "the database's port open to the world": {
        "internal.ingress[0]": {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"]}
    },
}


def program():
    net = network("net")
    group = aws.ec2.SecurityGroup(
        "internal",
        vpc_id=net.vpc.id,
        description="From the company's network",
        ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"]}],
        egress=[{"protocol": "tcp", "from_port": 8443, "to_port": 8443, "cidr_blocks": ["10.0.0.0/16"]}],
    )
    balancer = aws.lb.LoadBalancer(
        "internal", internal=True, security_groups=[group.id], subnets=[one.id for one in net.private]
    )
    targets = aws.lb.TargetGroup("wiki", port=8443, protocol="HTTPS", target_type="ip", vpc_id=net.vpc.id)
    aws.lb.Listener(
        "https",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificate_arn=CERTIFICATE,
        default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
    )
