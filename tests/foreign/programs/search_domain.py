"""A search domain inside a network, by fine-grained access control, with its slow logs."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import network

TWINS = {
    "an index in plain text": {"products.encryptAtRest.enabled": False},
    "plain HTTP": {"products.domainEndpointOptions.enforceHttps": False},
    "a public domain that anybody asks": {"products.vpcOptions": None},
}


def program():
    net = network("net")
    clients = aws.ec2.SecurityGroup("clients", vpc_id=net.vpc.id)
    search = aws.ec2.SecurityGroup(
        "search",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "security_groups": [clients.id]}],
    )
    linked = aws.iam.ServiceLinkedRole("opensearch", aws_service_name="opensearchservice.amazonaws.com")
    logs = aws.cloudwatch.LogGroup("products", retention_in_days=30)
    aws.cloudwatch.LogResourcePolicy(
        "opensearch",
        policy_name="opensearch",
        policy_document=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "es.amazonaws.com"},
                        "Action": ["logs:PutLogEvents", "logs:PutLogEventsBatch", "logs:CreateLogStream"],
                        "Resource": "arn:aws:logs:*",
                    }
                ],
            }
        ),
    )
    searchers = aws.iam.Role(
        "searchers",
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )
    aws.opensearch.Domain(
        "products",
        domain_name="products",
        engine_version="OpenSearch_2.17",
        cluster_config={
            "instance_type": "r7g.large.search",
            "instance_count": 2,
            "zone_awareness_enabled": True,
            "zone_awareness_config": {"availability_zone_count": 2},
        },
        ebs_options={"ebs_enabled": True, "volume_size": 50, "volume_type": "gp3"},
        vpc_options={"subnet_ids": [one.id for one in net.private], "security_group_ids": [search.id]},
        encrypt_at_rest={"enabled": True},
        node_to_node_encryption={"enabled": True},
        domain_endpoint_options={"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-2019-07"},
        advanced_security_options={
            "enabled": True,
            "internal_user_database_enabled": False,
            "master_user_options": {"master_user_arn": searchers.arn},
        },
        access_policies=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "*"},
                        "Action": "es:ESHttp*",
                        "Resource": "arn:aws:es:us-east-1:123456789012:domain/products/*",
                    }
                ],
            }
        ),
        log_publishing_options=[{"cloudwatch_log_group_arn": logs.arn, "log_type": "INDEX_SLOW_LOGS"}],
        opts=pulumi.ResourceOptions(depends_on=[linked]),
    )
