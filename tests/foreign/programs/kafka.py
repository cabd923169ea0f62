"""Kafka: brokers in private subnets that clients enter by IAM over TLS, and their logs."""

import pulumi
import pulumi_aws as aws

from foreign.parts import network

TWINS = {
    "brokers that speak plain text": {"events.encryptionInfo.encryptionInTransit.clientBroker": "TLS_PLAINTEXT"},
    "plain text between brokers": {"events.encryptionInfo.encryptionInTransit.inCluster": False},
    "brokers open to the world": {"brokers-in.cidrBlocks": ["0.0.0.0/0"], "brokers-in.fromPort": 0},
}


def program():
    net = network("net")
    third = aws.ec2.Subnet(
        "net-private-2", vpc_id=net.vpc.id, cidr_block="10.0.12.0/24", availability_zone="us-east-1c"
    )
    brokers = aws.ec2.SecurityGroup("brokers", vpc_id=net.vpc.id, description="Kafka")
    aws.ec2.SecurityGroupRule(
        "brokers-in",
        type="ingress",
        security_group_id=brokers.id,
        protocol="tcp",
        from_port=9098,
        to_port=9098,
        cidr_blocks=["10.0.0.0/16"],
    )
    key = aws.kms.Key("events", description="Kafka", enable_key_rotation=True, deletion_window_in_days=30)
    logs = aws.cloudwatch.LogGroup("events", retention_in_days=14)
    settings = aws.msk.Configuration(
        "events",
        kafka_versions=["3.6.0"],
        server_properties="auto.create.topics.enable=false\ndefault.replication.factor=3\nmin.insync.replicas=2\n",
    )
    cluster = aws.msk.Cluster(
        "events",
        kafka_version="3.6.0",
        number_of_broker_nodes=3,
        broker_node_group_info={
            "instance_type": "kafka.m7g.large",
            "client_subnets": [*(one.id for one in net.private), third.id],
            "security_groups": [brokers.id],
            "storage_info": {"ebs_storage_info": {"volume_size": 100}},
        },
        configuration_info={"arn": settings.arn, "revision": settings.latest_revision},
        client_authentication={"sasl": {"iam": True}},
        encryption_info={
            "encryption_at_rest_kms_key_arn": key.arn,
            "encryption_in_transit": {"client_broker": "TLS", "in_cluster": True},
        },
        enhanced_monitoring="PER_BROKER",
        logging_info={"broker_logs": {"cloudwatch_logs": {"enabled": True, "log_group": logs.name}}},
    )
    pulumi.export("brokers", cluster.bootstrap_brokers_sasl_iam)
