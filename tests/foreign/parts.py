"""What many programs begin with."""

from __future__ import annotations

import json
from typing import NamedTuple

import pulumi_aws as aws

ACCOUNT = "123456789012"
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/12345678-1234-4234-8234-123456789012"


class Network(NamedTuple):
    """A VPC over two zones."""

    vpc: aws.ec2.Vpc
    public: list[aws.ec2.Subnet]
    private: list[aws.ec2.Subnet]


def network(name: str, *, nat: bool = False) -> Network:
    """A VPC with public and private subnets in two zones, as tutorials write it."""
    vpc = aws.ec2.Vpc(name, cidr_block="10.0.0.0/16", enable_dns_hostnames=True, tags={"Name": name})
    gateway = aws.ec2.InternetGateway(name, vpc_id=vpc.id)
    table = aws.ec2.RouteTable(
        f"{name}-public", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}]
    )
    public, private = [], []
    for number, zone in enumerate(("us-east-1a", "us-east-1b")):
        public.append(
            aws.ec2.Subnet(
                f"{name}-public-{number}", vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24", availability_zone=zone
            )
        )
        aws.ec2.RouteTableAssociation(f"{name}-public-{number}", subnet_id=public[-1].id, route_table_id=table.id)
        private.append(
            aws.ec2.Subnet(
                f"{name}-private-{number}", vpc_id=vpc.id, cidr_block=f"10.0.{number + 10}.0/24", availability_zone=zone
            )
        )
    if nat:
        address = aws.ec2.Eip(f"{name}-nat", domain="vpc")
        way_out = aws.ec2.NatGateway(f"{name}-nat", allocation_id=address.id, subnet_id=public[0].id)
        out = aws.ec2.RouteTable(
            f"{name}-private", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": way_out.id}]
        )
        for number, subnet in enumerate(private):
            aws.ec2.RouteTableAssociation(f"{name}-private-{number}", subnet_id=subnet.id, route_table_id=out.id)
    return Network(vpc, public, private)


def trust(service: str) -> str:
    """Trust policy for `service`."""
    statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(actions: str | list[str], resources: str | list[str], **more: object) -> str:
    """Policy document of one statement."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resources, **more}],
        }
    )


ADMINISTRATOR = allow("*", "*")
"""What no workload should have."""
