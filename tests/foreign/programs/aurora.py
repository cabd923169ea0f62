"""An Aurora cluster with a writer and a reader that follows the load, its password kept by Secrets Manager."""

import pulumi_aws as aws

from foreign.parts import network

TWINS = {
    "a cluster in plain text": {"shop.storageEncrypted": False},
    "an instance with a public address": {"shop-0.publiclyAccessible": True},
    "a password in plain text": {"shop.manageMasterUserPassword": None, "shop.masterPassword": "hunter2-and-more"},
    "MySQL open to the world": {"db-in.cidrIpv4": "0.0.0.0/0", "db-in.referencedSecurityGroupId": None},
}


def program():
    net = network("net")
    app = aws.ec2.SecurityGroup("app", vpc_id=net.vpc.id, description="application")
    database = aws.ec2.SecurityGroup("db", vpc_id=net.vpc.id, description="database")
    aws.vpc.SecurityGroupIngressRule(
        "db-in",
        security_group_id=database.id,
        referenced_security_group_id=app.id,
        ip_protocol="tcp",
        from_port=3306,
        to_port=3306,
    )
    subnets = aws.rds.SubnetGroup("shop-subnets", subnet_ids=[one.id for one in net.private])
    parameters = aws.rds.ClusterParameterGroup(
        "shop-parameters", family="aurora-mysql8.0", parameters=[{"name": "require_secure_transport", "value": "ON"}]
    )
    cluster = aws.rds.Cluster(
        "shop",
        engine=aws.rds.EngineType.AURORA_MYSQL,
        engine_version="8.0.mysql_aurora.3.08.0",
        database_name="shop",
        master_username="admin",
        manage_master_user_password=True,
        db_subnet_group_name=subnets.name,
        vpc_security_group_ids=[database.id],
        db_cluster_parameter_group_name=parameters.name,
        storage_encrypted=True,
        backup_retention_period=14,
        preferred_backup_window="02:00-03:00",
        final_snapshot_identifier="shop-final",
        enabled_cloudwatch_logs_exports=["audit", "error"],
        deletion_protection=True,
    )
    for number in range(2):
        aws.rds.ClusterInstance(
            f"shop-{number}",
            cluster_identifier=cluster.id,
            instance_class=aws.rds.InstanceType.R6_G_LARGE,
            engine=aws.rds.EngineType.AURORA_MYSQL,
            engine_version=cluster.engine_version,
            promotion_tier=number,
            performance_insights_enabled=True,
        )
    target = aws.appautoscaling.Target(
        "readers",
        service_namespace="rds",
        scalable_dimension="rds:cluster:ReadReplicaCount",
        resource_id=cluster.id.apply(lambda identifier: f"cluster:{identifier}"),
        min_capacity=1,
        max_capacity=4,
    )
    aws.appautoscaling.Policy(
        "readers",
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        target_tracking_scaling_policy_configuration={
            "predefined_metric_specification": {"predefined_metric_type": "RDSReaderAverageCPUUtilization"},
            "target_value": 60,
        },
    )
