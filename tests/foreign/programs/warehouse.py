"""Analytics: Redshift and a serverless workgroup, a document database, a graph, a broker, and a replication task."""

import pulumi
import pulumi_aws as aws

from foreign.parts import network, trust

TWINS = {
    "a warehouse in plain text": {"reports.encrypted": False},
    "a warehouse with a public address": {"reports.publiclyAccessible": True},
    "documents in plain text": {"catalog.storageEncrypted": False},
    "a graph in plain text": {"graph.storageEncrypted": False},
    "a broker with a public address": {"jobs.publiclyAccessible": True},
    "a replication instance with a public address": {"copy.publiclyAccessible": True},
    "a workgroup without TLS": {"adhoc.configParameters": [{"parameterKey": "require_ssl", "parameterValue": "false"}]},
    "a password in plain text": {"catalog.masterPassword": "hunter2-and-more"},
}


def program():
    net = network("net")
    group = aws.ec2.SecurityGroup(
        "data",
        vpc_id=net.vpc.id,
        ingress=[
            {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["10.0.0.0/16"]}
            for port in (5439, 27017, 8182, 5671)
        ],
    )
    password = pulumi.Output.secret("from-the-configuration")
    subnets = [one.id for one in net.private]
    role = aws.iam.Role("copy-from-s3", assume_role_policy=trust("redshift"))
    aws.redshift.Cluster(
        "reports",
        cluster_identifier="reports",
        node_type="ra3.large",
        number_of_nodes=2,
        cluster_type="multi-node",
        database_name="reports",
        master_username="admin",
        manage_master_password=True,
        encrypted="true",
        publicly_accessible=False,
        iam_roles=[role.arn],
        cluster_subnet_group_name=aws.redshift.SubnetGroup("reports", subnet_ids=subnets).name,
        vpc_security_group_ids=[group.id],
        final_snapshot_identifier="reports-final",
        skip_final_snapshot=False,
    )
    namespace = aws.redshiftserverless.Namespace(
        "adhoc", namespace_name="adhoc", admin_username="admin", manage_admin_password=True
    )
    aws.redshiftserverless.Workgroup(
        "adhoc",
        workgroup_name="adhoc",
        namespace_name=namespace.namespace_name,
        base_capacity=8,
        subnet_ids=subnets,
        security_group_ids=[group.id],
        publicly_accessible=False,
        config_parameters=[{"parameter_key": "require_ssl", "parameter_value": "true"}],
    )
    documents = aws.docdb.Cluster(
        "catalog",
        engine="docdb",
        master_username="app",
        master_password=password,
        backup_retention_period=7,
        storage_encrypted=True,
        db_subnet_group_name=aws.docdb.SubnetGroup("catalog", subnet_ids=subnets).name,
        vpc_security_group_ids=[group.id],
        final_snapshot_identifier="catalog-final",
    )
    aws.docdb.ClusterInstance("catalog", cluster_identifier=documents.id, instance_class="db.t4g.medium")
    graph = aws.neptune.Cluster(
        "graph",
        engine="neptune",
        storage_encrypted=True,
        iam_database_authentication_enabled=True,
        backup_retention_period=5,
        neptune_subnet_group_name=aws.neptune.SubnetGroup("graph", subnet_ids=subnets).name,
        vpc_security_group_ids=[group.id],
        skip_final_snapshot=True,
    )
    aws.neptune.ClusterInstance("graph", cluster_identifier=graph.id, instance_class="db.t4g.medium", engine="neptune")
    aws.mq.Broker(
        "jobs",
        broker_name="jobs",
        engine_type="RabbitMQ",
        engine_version="3.13",
        host_instance_type="mq.m5.large",
        deployment_mode="CLUSTER_MULTI_AZ",
        auto_minor_version_upgrade=True,
        publicly_accessible=False,
        security_groups=[group.id],
        subnet_ids=subnets,
        users=[{"username": "app", "password": password}],
        logs={"general": True},
    )
    aws.dms.ReplicationInstance(
        "copy",
        replication_instance_id="copy",
        replication_instance_class="dms.t3.medium",
        allocated_storage=50,
        publicly_accessible=False,
        replication_subnet_group_id=aws.dms.ReplicationSubnetGroup(
            "copy",
            replication_subnet_group_id="copy",
            replication_subnet_group_description="private",
            subnet_ids=subnets,
        ).id,
        vpc_security_group_ids=[group.id],
    )
    aws.dms.Endpoint(
        "source",
        endpoint_id="source",
        endpoint_type="source",
        engine_name="postgres",
        server_name="old.acme.example",
        port=5432,
        database_name="shop",
        username="dms",
        password=password,
        ssl_mode="require",
    )
