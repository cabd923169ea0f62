"""Data of several engines that is reached over TLS only, a catalog of it, and files with a policy of their own."""

import json

import pulumi_aws as aws

from foreign.parts import network

ANYBODY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*"}]}
TWINS = {
    "documents over plain TCP": {"documents.parameters": [{"name": "tls", "value": "disabled"}]},
    "PostgreSQL without TLS": {"rows.parameters[0].value": "0"},
    "MySQL without TLS": {"orders.parameters[0].value": "OFF"},
    "a warehouse without TLS": {"facts.parameters[0].value": "false"},
    "a graph without TLS": {"graph.parameters[0].value": "0"},
    "passwords of connections in plain text": {
        "catalog.dataCatalogEncryptionSettings.connectionPasswordEncryption.returnConnectionPasswordEncrypted": False
    },
    "a catalog in plain text": {
        "catalog.dataCatalogEncryptionSettings.encryptionAtRest.catalogEncryptionMode": "DISABLED"
    },
    "files for whoever reaches their address": {"files-policy.policy": json.dumps(ANYBODY)},
}


def program():
    net = network("net")
    aws.docdb.ClusterParameterGroup("documents", family="docdb5.0", parameters=[{"name": "tls", "value": "fips-140-3"}])
    aws.rds.ParameterGroup(
        "rows",
        family="postgres17",
        parameters=[{"name": "rds.force_ssl", "value": "1"}, {"name": "log_statement", "value": "ddl"}],
    )
    aws.rds.ClusterParameterGroup(
        "orders", family="aurora-mysql8.0", parameters=[{"name": "require_secure_transport", "value": "ON"}]
    )
    aws.redshift.ParameterGroup("facts", family="redshift-1.0", parameters=[{"name": "require_ssl", "value": "true"}])
    aws.neptune.ClusterParameterGroup(
        "graph", family="neptune1.4", parameters=[{"name": "neptune_enforce_ssl", "value": "1"}]
    )
    key = aws.kms.Key("catalog", enable_key_rotation=True)
    aws.glue.DataCatalogEncryptionSettings(
        "catalog",
        data_catalog_encryption_settings={
            "connection_password_encryption": {
                "return_connection_password_encrypted": True,
                "aws_kms_key_id": key.arn,
            },
            "encryption_at_rest": {"catalog_encryption_mode": "SSE-KMS", "sse_aws_kms_key_id": key.arn},
        },
    )
    files = aws.efs.FileSystem("files", encrypted=True)
    aws.efs.MountTarget("files", file_system_id=files.id, subnet_id=net.private[0].id)
    # What the console writes: whoever comes by a mount target, over TLS.
    aws.efs.FileSystemPolicy(
        "files-policy",
        file_system_id=files.id,
        policy=files.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": "*"},
                            "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                            "Resource": arn,
                            "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
                        },
                        {
                            "Effect": "Deny",
                            "Principal": {"AWS": "*"},
                            "Action": "*",
                            "Resource": arn,
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        },
                    ],
                }
            )
        ),
    )
