"""A blog on Lightsail, which people reach over the web and its owner from one address."""

import pulumi
import pulumi_aws as aws

TWINS = {
    "SSH open to the world": {"blog.portInfos[1].cidrs": ["0.0.0.0/0"]},
    "SSH open to whomever, by saying nothing": {"blog.portInfos[1].cidrs": None},
    "every port open to the world": {"blog.portInfos[0]": {"protocol": "all", "fromPort": 0, "toPort": 65535}},
    "a database with a public address": {"posts.publiclyAccessible": True},
}


def program():
    machine = aws.lightsail.Instance(
        "blog",
        availability_zone="us-east-1a",
        blueprint_id="debian_12",
        bundle_id="small_3_0",
        add_on={"type": "AutoSnapshot", "snapshot_time": "04:00", "status": "Enabled"},
    )
    address = aws.lightsail.StaticIp("blog")
    aws.lightsail.StaticIpAttachment("blog", static_ip_name=address.name, instance_name=machine.name)
    aws.lightsail.InstancePublicPorts(
        "blog",
        instance_name=machine.name,
        port_infos=[
            {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidrs": ["0.0.0.0/0"], "ipv6_cidrs": ["::/0"]},
            {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidrs": ["198.51.100.7/32"]},
            {"protocol": "tcp", "from_port": 80, "to_port": 80},
        ],
    )
    aws.lightsail.Database(
        "posts",
        relational_database_name="posts",
        blueprint_id="mysql_8_0",
        bundle_id="micro_2_0",
        master_database_name="posts",
        master_username="blog",
        master_password=pulumi.Output.secret("given by the owner"),
        backup_retention_enabled=True,
    )
