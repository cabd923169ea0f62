"""A cache, its secret, and the parameters of an application."""

import pulumi_aws as aws

from foreign.parts import network

TWINS = {
    "a cache in plain text": {"sessions.atRestEncryptionEnabled": False},
    "a cache without TLS": {"sessions.transitEncryptionEnabled": False},
    "a port open to the world": {
        "sessions.ingress[0]": {"protocol": "tcp", "fromPort": 6379, "toPort": 6379, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "a password as a plain parameter": {"password.type": "String", "password.value": "hunter2-and-more"},
}


def program():
    net = network("net")
    group = aws.ec2.SecurityGroup(
        "sessions",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 6379, "to_port": 6379, "cidr_blocks": ["10.0.10.0/23"]}],
    )
    subnets = aws.elasticache.SubnetGroup("sessions", subnet_ids=[one.id for one in net.private])
    aws.elasticache.ReplicationGroup(
        "sessions",
        description="Sessions",
        engine="redis",
        engine_version="7.1",
        node_type="cache.t4g.small",
        num_cache_clusters=2,
        automatic_failover_enabled=True,
        at_rest_encryption_enabled=True,
        transit_encryption_enabled=True,
        subnet_group_name=subnets.name,
        security_group_ids=[group.id],
    )
    aws.secretsmanager.Secret("sessions", recovery_window_in_days=30)
    aws.ssm.Parameter("password", name="/app/db/password", type="SecureString", value="set-by-hand")
    aws.ssm.Parameter("level", name="/app/log-level", type="String", value="info")
