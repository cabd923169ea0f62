"""Two networks that meet at a transit gateway which is shared with another account; one of them leaves by NAT."""

import pulumi_aws as aws

from foreign.parts import network

TWINS = {
    "SSH open to the world": {
        "admin.ingress[0]": {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "RDP open to the world, in IPv6": {
        "admin.ingress[0]": {"protocol": "tcp", "fromPort": 3389, "toPort": 3389, "ipv6CidrBlocks": ["::/0"]}
    },
}


def program():
    hub = network("hub", nat=True)
    spoke = aws.ec2.Vpc("spoke", cidr_block="10.1.0.0/16", tags={"Name": "spoke"})
    inside = [
        aws.ec2.Subnet(f"spoke-{zone}", vpc_id=spoke.id, cidr_block=f"10.1.{number}.0/24", availability_zone=zone)
        for number, zone in enumerate(("us-east-1a", "us-east-1b"))
    ]
    gateway = aws.ec2transitgateway.TransitGateway(
        "main",
        description="between networks",
        default_route_table_association="disable",
        default_route_table_propagation="disable",
        auto_accept_shared_attachments="disable",
    )
    share = aws.ram.ResourceShare("main", allow_external_principals=False)
    aws.ram.ResourceAssociation("main", resource_arn=gateway.arn, resource_share_arn=share.arn)
    aws.ram.PrincipalAssociation("main", principal="111122223333", resource_share_arn=share.arn)
    routes = aws.ec2transitgateway.RouteTable("main", transit_gateway_id=gateway.id)
    attachments = {}
    for name, vpc, subnets in (("hub", hub.vpc, hub.private), ("spoke", spoke, inside)):
        attachments[name] = aws.ec2transitgateway.VpcAttachment(
            name,
            transit_gateway_id=gateway.id,
            vpc_id=vpc.id,
            subnet_ids=[one.id for one in subnets],
            transit_gateway_default_route_table_association=False,
            transit_gateway_default_route_table_propagation=False,
        )
        aws.ec2transitgateway.RouteTableAssociation(
            name, transit_gateway_attachment_id=attachments[name].id, transit_gateway_route_table_id=routes.id
        )
        aws.ec2transitgateway.RouteTablePropagation(
            name, transit_gateway_attachment_id=attachments[name].id, transit_gateway_route_table_id=routes.id
        )
    aws.ec2transitgateway.Route(
        "out",
        destination_cidr_block="0.0.0.0/0",
        transit_gateway_attachment_id=attachments["hub"].id,
        transit_gateway_route_table_id=routes.id,
    )
    table = aws.ec2.RouteTable("spoke", vpc_id=spoke.id)
    aws.ec2.Route(
        "spoke-out", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", transit_gateway_id=gateway.id
    )
    for number, subnet in enumerate(inside):
        aws.ec2.RouteTableAssociation(f"spoke-{number}", subnet_id=subnet.id, route_table_id=table.id)
    aws.ec2.SecurityGroup(
        "admin",
        vpc_id=spoke.id,
        description="administration from the company's network",
        ingress=[
            {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/8"]},
            {"protocol": "icmp", "from_port": -1, "to_port": -1, "cidr_blocks": ["10.0.0.0/8"]},
        ],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
