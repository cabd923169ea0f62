"""A network whose private subnets have IPv6 addresses only; the load balancer has no public IPv4 either."""

import pulumi
import pulumi_aws as aws

from foreign.parts import CERTIFICATE

TWINS = {
    "SSH open to the IPv6 world": {"web-in.fromPort": 22, "web-in.toPort": 22, "web-in.cidrIpv6": "::/0"},
    "HTTP only": {"https.protocol": "HTTP", "https.port": 80, "https.certificateArn": None, "https.sslPolicy": None},
    "a volume in plain text": {"web.rootBlockDevice.encrypted": False},
}


def program():
    vpc = aws.ec2.Vpc("six", cidr_block="10.6.0.0/16", assign_generated_ipv6_cidr_block=True)
    part = vpc.ipv6_cidr_block.apply(lambda block: block.split("::")[0][:-2])
    way = aws.ec2.InternetGateway("six", vpc_id=vpc.id)
    out = aws.ec2.EgressOnlyInternetGateway("six", vpc_id=vpc.id)
    private = aws.ec2.RouteTable("private", vpc_id=vpc.id)
    aws.ec2.Route(
        "private", route_table_id=private.id, destination_ipv6_cidr_block="::/0", egress_only_gateway_id=out.id
    )
    public = aws.ec2.RouteTable("public", vpc_id=vpc.id)
    for name, block in (("public-4", "0.0.0.0/0"), ("public-6", "::/0")):
        key = "destination_ipv6_cidr_block" if ":" in block else "destination_cidr_block"
        aws.ec2.Route(name, route_table_id=public.id, gateway_id=way.id, **{key: block})
    edge, inside = [], []
    for number, zone in enumerate(("us-east-1a", "us-east-1b")):
        edge.append(
            aws.ec2.Subnet(
                f"edge-{number}",
                vpc_id=vpc.id,
                cidr_block=f"10.6.{number}.0/24",
                ipv6_cidr_block=pulumi.Output.concat(part, f"{number:02x}::/64"),
                availability_zone=zone,
            )
        )
        inside.append(
            aws.ec2.Subnet(
                f"inside-{number}",
                vpc_id=vpc.id,
                ipv6_native=True,
                assign_ipv6_address_on_creation=True,
                enable_resource_name_dns_aaaa_record_on_launch=True,
                ipv6_cidr_block=pulumi.Output.concat(part, f"{number + 16:02x}::/64"),
                availability_zone=zone,
            )
        )
        aws.ec2.RouteTableAssociation(f"edge-{number}", subnet_id=edge[-1].id, route_table_id=public.id)
        aws.ec2.RouteTableAssociation(f"inside-{number}", subnet_id=inside[-1].id, route_table_id=private.id)
    front = aws.ec2.SecurityGroup("front", vpc_id=vpc.id)
    aws.vpc.SecurityGroupIngressRule(
        "front-in", security_group_id=front.id, ip_protocol="tcp", from_port=443, to_port=443, cidr_ipv6="::/0"
    )
    aws.vpc.SecurityGroupEgressRule("front-out", security_group_id=front.id, ip_protocol="-1", cidr_ipv6="::/0")
    web = aws.ec2.SecurityGroup("web", vpc_id=vpc.id)
    aws.vpc.SecurityGroupIngressRule(
        "web-in",
        security_group_id=web.id,
        ip_protocol="tcp",
        from_port=8443,
        to_port=8443,
        referenced_security_group_id=front.id,
    )
    balancer = aws.lb.LoadBalancer(
        "front",
        ip_address_type="dualstack-without-public-ipv4",
        security_groups=[front.id],
        subnets=[one.id for one in edge],
    )
    group = aws.lb.TargetGroup(
        "web",
        port=8443,
        protocol="HTTPS",
        target_type="ip",
        ip_address_type="ipv6",
        vpc_id=vpc.id,
        health_check={"path": "/health", "protocol": "HTTPS"},
    )
    aws.lb.Listener(
        "https",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificate_arn=CERTIFICATE,
        default_actions=[{"type": "forward", "target_group_arn": group.arn}],
    )
    machine = aws.ec2.Instance(
        "web",
        ami="ami-0a1b2c3d4e5f60718",
        instance_type="t4g.small",
        subnet_id=inside[0].id,
        ipv6_address_count=1,
        vpc_security_group_ids=[web.id],
        metadata_options={"http_tokens": "required", "http_protocol_ipv6": "enabled"},
        root_block_device={"encrypted": True},
    )
    aws.lb.TargetGroupAttachment(
        "web", target_group_arn=group.arn, target_id=machine.ipv6_addresses.apply(lambda some: (some or ["::1"])[0])
    )
