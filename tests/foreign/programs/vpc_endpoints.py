"""A network without a way out, whose machines reach AWS by endpoints."""

import pulumi_aws as aws

from foreign.parts import network

TWINS = {
    "every port open to the world": {
        "endpoints.ingress[0]": {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
    },
}


def program():
    net = network("net")
    table = aws.ec2.RouteTable("isolated", vpc_id=net.vpc.id)
    for number, subnet in enumerate(net.private):
        aws.ec2.RouteTableAssociation(f"isolated-{number}", subnet_id=subnet.id, route_table_id=table.id)
    for service in ("s3", "dynamodb"):
        aws.ec2.VpcEndpoint(
            service,
            vpc_id=net.vpc.id,
            service_name=f"com.amazonaws.us-east-1.{service}",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id],
        )
    group = aws.ec2.SecurityGroup(
        "endpoints",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": [net.vpc.cidr_block]}],
    )
    for service in ("ssm", "ssmmessages", "ec2messages", "ecr.api", "ecr.dkr", "logs"):
        aws.ec2.VpcEndpoint(
            service.replace(".", "-"),
            vpc_id=net.vpc.id,
            service_name=f"com.amazonaws.us-east-1.{service}",
            vpc_endpoint_type="Interface",
            subnet_ids=[one.id for one in net.private],
            security_group_ids=[group.id],
            private_dns_enabled=True,
        )
