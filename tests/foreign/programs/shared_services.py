"""What other accounts of an organization use: an access point, an event bus, a vault, packages, a stream, a search."""

import json

import pulumi_aws as aws

from foreign.parts import ACCOUNT, network

ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}


def _policy(action: str, resource: str, **more: object) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


POINT = f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/reports/object/*"
TWINS = {
    "a public access point": {"reports.policy": _policy("s3:GetObject", POINT)},
    "an access point that allows public policies": {"reports.publicAccessBlockConfiguration.blockPublicPolicy": False},
    "a bus for everybody's events": {"bus.policy": _policy("events:PutEvents", "*")},
    "a bus that admits everybody": {"members.condition": None},
    "a vault for everybody": {"copies.policy": _policy("backup:CopyIntoBackupVault", "*")},
    "packages for everybody": {"packages.policyDocument": _policy("codeartifact:ReadFromRepository", "*")},
    "a stream for everybody": {"clicks.policy": _policy("kinesis:GetRecords", "*")},
    "a search domain for everybody, by a policy of its own": {"search.vpcOptions": None},
    "a public snapshot": {"nightly.sharedAccounts[0]": "all"},
    "a public runbook": {"runbook.permissions.account_ids": "All"},
    "brokers with public addresses": {
        "kafka.brokerNodeGroupInfo.connectivityInfo": {"publicAccess": {"type": "SERVICE_PROVIDED_EIPS"}}
    },
}


def program():
    net = network("net")
    bucket = aws.s3.Bucket("reports")
    aws.s3.AccessPoint(
        "reports",
        bucket=bucket.bucket,
        policy=_policy("s3:GetObject", POINT, Condition=ORGANIZATION),
        public_access_block_configuration={
            "block_public_acls": True,
            "block_public_policy": True,
            "ignore_public_acls": True,
            "restrict_public_buckets": True,
        },
    )
    bus = aws.cloudwatch.EventBus("bus")
    aws.cloudwatch.EventBusPolicy(
        "bus", event_bus_name=bus.name, policy=_policy("events:PutEvents", "*", Condition=ORGANIZATION)
    )
    aws.cloudwatch.EventPermission(
        "members",
        principal="*",
        statement_id="members",
        condition={"key": "aws:PrincipalOrgID", "type": "StringEquals", "value": "o-a1b2c3d4e5"},
    )
    vault = aws.backup.Vault("copies")
    aws.backup.VaultPolicy(
        "copies",
        backup_vault_name=vault.name,
        policy=_policy("backup:CopyIntoBackupVault", "*", Condition=ORGANIZATION),
    )
    domain = aws.codeartifact.Domain("packages", domain="acme")
    aws.codeartifact.DomainPermissions(
        "packages",
        domain=domain.domain,
        policy_document=_policy("codeartifact:ReadFromRepository", "*", Condition=ORGANIZATION),
    )
    stream = aws.kinesis.Stream("clicks", shard_count=1, encryption_type="KMS", kms_key_id="alias/aws/kinesis")
    aws.kinesis.ResourcePolicy(
        "clicks", resource_arn=stream.arn, policy=_policy("kinesis:GetRecords", "*", Condition=ORGANIZATION)
    )
    search = aws.opensearch.Domain(
        "search",
        domain_name="acme-search",
        encrypt_at_rest={"enabled": True},
        node_to_node_encryption={"enabled": True},
        domain_endpoint_options={"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-2019-07"},
        vpc_options={"subnet_ids": [net.private[0].id]},
    )
    aws.opensearch.DomainPolicy("search", domain_name=search.domain_name, access_policies=_policy("es:ESHttpGet", "*"))
    aws.rds.Snapshot(
        "nightly", db_instance_identifier="shop", db_snapshot_identifier="nightly", shared_accounts=["210987654321"]
    )
    aws.ssm.Document(
        "runbook",
        document_type="Command",
        content=json.dumps({"schemaVersion": "2.2", "description": "Restart", "mainSteps": []}),
        permissions={"type": "Share", "account_ids": "210987654321"},
    )
    aws.msk.Cluster(
        "kafka",
        kafka_version="3.7.x",
        number_of_broker_nodes=2,
        broker_node_group_info={
            "instance_type": "kafka.t3.small",
            "client_subnets": [one.id for one in net.private],
            "security_groups": [aws.ec2.SecurityGroup("kafka", vpc_id=net.vpc.id).id],
        },
    )
