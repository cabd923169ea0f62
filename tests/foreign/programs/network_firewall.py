"""Egress through AWS Network Firewall: allowed domains, logs, routes by its endpoints."""

import json

import pulumi_aws as aws

TWINS = {
    "logs that anybody reads": {
        "firewall-logs-policy.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
            }
        )
    },
    "a subnet outside of its network": {"firewall.cidrBlock": "192.168.9.0/28"},
    "PostgreSQL open to the world": {
        "apps.ingress": [{"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"]}]
    },
}


def program():
    vpc = aws.ec2.Vpc("egress", cidr_block="10.20.0.0/16", enable_dns_support=True, enable_dns_hostnames=True)
    way = aws.ec2.InternetGateway("egress", vpc_id=vpc.id)
    inspected = aws.ec2.Subnet("firewall", vpc_id=vpc.id, cidr_block="10.20.0.0/28", availability_zone="us-east-1a")
    public = aws.ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.20.1.0/24", availability_zone="us-east-1a")
    private = aws.ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.20.2.0/24", availability_zone="us-east-1a")
    domains = aws.networkfirewall.RuleGroup(
        "domains",
        capacity=100,
        type="STATEFUL",
        rule_group={
            "rules_source": {
                "rules_source_list": {
                    "generated_rules_type": "ALLOWLIST",
                    "target_types": ["TLS_SNI", "HTTP_HOST"],
                    "targets": [".amazonaws.com", ".pypi.org"],
                }
            },
            "stateful_rule_options": {"rule_order": "STRICT_ORDER"},
        },
    )
    policy = aws.networkfirewall.FirewallPolicy(
        "egress",
        firewall_policy={
            "stateless_default_actions": ["aws:forward_to_sfe"],
            "stateless_fragment_default_actions": ["aws:forward_to_sfe"],
            "stateful_default_actions": ["aws:drop_established", "aws:alert_established"],
            "stateful_engine_options": {"rule_order": "STRICT_ORDER"},
            "stateful_rule_group_references": [{"priority": 1, "resource_arn": domains.arn}],
        },
    )
    firewall = aws.networkfirewall.Firewall(
        "egress",
        firewall_policy_arn=policy.arn,
        vpc_id=vpc.id,
        subnet_mappings=[{"subnet_id": inspected.id}],
        delete_protection=True,
    )
    logs = aws.s3.Bucket("firewall-logs")
    aws.s3.BucketPolicy(
        "firewall-logs-policy",
        bucket=logs.id,
        policy=logs.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Id": "AWSLogDeliveryWrite",
                    "Statement": [
                        {
                            "Sid": "AWSLogDeliveryWrite",
                            "Effect": "Allow",
                            "Principal": {"Service": "delivery.logs.amazonaws.com"},
                            "Action": "s3:PutObject",
                            "Resource": f"{arn}/AWSLogs/123456789012/*",
                            "Condition": {
                                "StringEquals": {
                                    "s3:x-amz-acl": "bucket-owner-full-control",
                                    "aws:SourceAccount": "123456789012",
                                }
                            },
                        }
                    ],
                }
            )
        ),
    )
    aws.networkfirewall.LoggingConfiguration(
        "egress",
        firewall_arn=firewall.arn,
        logging_configuration={
            "log_destination_configs": [
                {
                    "log_destination": {"bucketName": logs.bucket, "prefix": "alerts"},
                    "log_destination_type": "S3",
                    "log_type": "ALERT",
                }
            ]
        },
    )
    endpoint = firewall.firewall_statuses.apply(
        lambda statuses: statuses[0]["sync_states"][0]["attachments"][0]["endpoint_id"] if statuses else None
    )
    address = aws.ec2.Eip("nat", domain="vpc")
    nat = aws.ec2.NatGateway("nat", subnet_id=public.id, allocation_id=address.id)
    tables = {
        "firewall": (inspected, {"gateway_id": way.id}),
        "public": (public, {"vpc_endpoint_id": endpoint}),
        "private": (private, {"nat_gateway_id": nat.id}),
    }
    for name, (subnet, target) in tables.items():
        table = aws.ec2.RouteTable(name, vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", **target}])
        aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id)
    back = aws.ec2.RouteTable(
        "edge", vpc_id=vpc.id, routes=[{"cidr_block": "10.20.1.0/24", "vpc_endpoint_id": endpoint}]
    )
    aws.ec2.RouteTableAssociation("edge", gateway_id=way.id, route_table_id=back.id)
    aws.ec2.SecurityGroup(
        "apps",
        vpc_id=vpc.id,
        egress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}],
    )
