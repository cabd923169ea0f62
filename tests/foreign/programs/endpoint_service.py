"""A service for partners' networks: TLS that the targets end behind a network load balancer, reached by PrivateLink."""

import pulumi_aws as aws

from foreign.parts import CERTIFICATE, network

TWINS = {
    "a service that anybody connects to": {"ledger.allowedPrincipals": ["*"], "ledger.acceptanceRequired": False},
    "an old TLS policy": {"ended.sslPolicy": "ELBSecurityPolicy-TLS-1-1-2017-01"},
    "remote desktop over UDP open to the world": {"desk.cidrIpv4": "0.0.0.0/0"},
    "a range over remote desktop, by number and in IPv6": {
        "desk.ipProtocol": "17",
        "desk.fromPort": 3380,
        "desk.toPort": 3399,
        "desk.cidrIpv4": None,
        "desk.cidrIpv6": "::/0",
    },
    "every protocol open to the world": {
        "desk.ipProtocol": "-1",
        "desk.fromPort": None,
        "desk.toPort": None,
        "desk.cidrIpv4": "0.0.0.0/0",
    },
}


def program():
    net = network("net")
    address = aws.ec2.Eip("in", domain="vpc")
    balancer = aws.lb.LoadBalancer(
        "ledger",
        load_balancer_type="network",
        subnet_mappings=[{"subnet_id": net.public[0].id, "allocation_id": address.id}],
        enable_cross_zone_load_balancing=True,
    )
    passed = aws.lb.TargetGroup(
        "passed",
        port=443,
        protocol="TCP",
        vpc_id=net.vpc.id,
        target_type="ip",
        proxy_protocol_v2=True,
        health_check={"protocol": "TCP"},
    )
    aws.lb.Listener(
        "passed",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="TCP",
        default_actions=[{"type": "forward", "target_group_arn": passed.arn}],
    )
    ended = aws.lb.TargetGroup("ended", port=8443, protocol="TLS", vpc_id=net.vpc.id, target_type="ip")
    aws.lb.Listener(
        "ended",
        load_balancer_arn=balancer.arn,
        port=8443,
        protocol="TLS",
        certificate_arn=CERTIFICATE,
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        alpn_policy="HTTP2Preferred",
        default_actions=[{"type": "forward", "target_group_arn": ended.arn}],
    )
    aws.ec2.VpcEndpointService(
        "ledger",
        acceptance_required=True,
        network_load_balancer_arns=[balancer.arn],
        allowed_principals=["arn:aws:iam::111122223333:root"],
    )
    hosts = aws.ec2.SecurityGroup("hosts", vpc_id=net.vpc.id)
    rules = {"vpn": (51820, "0.0.0.0/0"), "calls": (10000, "0.0.0.0/0"), "desk": (3389, "10.0.0.0/8")}
    for name, (port, block) in rules.items():
        aws.vpc.SecurityGroupIngressRule(
            name,
            security_group_id=hosts.id,
            ip_protocol="udp",
            from_port=port,
            to_port=20000 if name == "calls" else port,
            cidr_ipv4=block,
        )
