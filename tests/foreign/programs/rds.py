"""A PostgreSQL database in private subnets, reached by its application only."""

import pulumi_aws as aws

from foreign.parts import network

TWINS = {
    "storage in plain text": {"orders.storageEncrypted": False},
    "a database on the internet": {"orders.publiclyAccessible": True},
    "a port open to the world": {
        "database.ingress[0]": {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "a password in the program": {"orders.manageMasterUserPassword": None, "orders.password": "hunter2-and-more"},
    "no backups": {"orders.backupRetentionPeriod": 0},
}


def program():
    net = network("net")
    app = aws.ec2.SecurityGroup(
        "app",
        vpc_id=net.vpc.id,
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    group = aws.ec2.SecurityGroup(
        "database",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 5432, "to_port": 5432, "security_groups": [app.id]}],
    )
    subnets = aws.rds.SubnetGroup("main", subnet_ids=[one.id for one in net.private])
    parameters = aws.rds.ParameterGroup(
        "main", family="postgres17", parameters=[{"name": "rds.force_ssl", "value": "1"}]
    )
    aws.rds.Instance(
        "orders",
        engine="postgres",
        engine_version="17.4",
        instance_class="db.t4g.medium",
        allocated_storage=50,
        storage_type="gp3",
        storage_encrypted=True,
        username="app",
        manage_master_user_password=True,
        db_subnet_group_name=subnets.name,
        parameter_group_name=parameters.name,
        vpc_security_group_ids=[group.id],
        backup_retention_period=7,
        multi_az=True,
        deletion_protection=True,
        skip_final_snapshot=False,
        final_snapshot_identifier="main-final",
        copy_tags_to_snapshot=True,
    )
