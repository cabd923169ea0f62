"""A bucket that is copied to another Region by a role of its own, with keys in both Regions."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, trust

TWINS = {
    "wildcard administrator": {"copy-policy.policy": ADMINISTRATOR},
    "a copy that anybody reads": {
        "copy-tls.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:Get*", "Resource": "*"}],
            }
        )
    },
    "a role that S3 can't take": {"copy.assumeRolePolicy": trust("ec2")},
}


def program():
    west = pulumi.ResourceOptions(provider=aws.Provider("west", region="us-west-2"))
    keys = {
        "here": aws.kms.Key("here", enable_key_rotation=True),
        "there": aws.kms.Key("there", enable_key_rotation=True, opts=west),
    }
    buckets, versioned = {}, {}
    for name, options in (("here", None), ("there", west)):
        buckets[name] = aws.s3.Bucket(f"data-{name}", opts=options)
        versioned[name] = aws.s3.BucketVersioning(
            f"data-{name}", bucket=buckets[name].id, versioning_configuration={"status": "Enabled"}, opts=options
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"data-{name}",
            bucket=buckets[name].id,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": keys[name].arn,
                    },
                    "bucket_key_enabled": True,
                }
            ],
            opts=options,
        )
    role = aws.iam.Role("copy", assume_role_policy=trust("s3"))
    aws.iam.RolePolicy(
        "copy-policy",
        role=role.id,
        policy=pulumi.Output.all(buckets["here"].arn, buckets["there"].arn, keys["here"].arn, keys["there"].arn).apply(
            lambda arns: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
                            "Resource": arns[0],
                        },
                        {"Effect": "Allow", "Action": "s3:GetObjectVersion*", "Resource": f"{arns[0]}/*"},
                        {"Effect": "Allow", "Action": "s3:Replicate*", "Resource": f"{arns[1]}/*"},
                        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": arns[2]},
                        {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": arns[3]},
                    ],
                }
            )
        ),
    )
    aws.s3.BucketReplicationConfig(
        "data",
        bucket=buckets["here"].id,
        role=role.arn,
        rules=[
            {
                "id": "all",
                "status": "Enabled",
                "priority": 1,
                "filter": {"prefix": ""},
                "delete_marker_replication": {"status": "Enabled"},
                "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
                "destination": {
                    "bucket": buckets["there"].arn,
                    "storage_class": "STANDARD_IA",
                    "encryption_configuration": {"replica_kms_key_id": keys["there"].arn},
                },
            }
        ],
        opts=pulumi.ResourceOptions(depends_on=list(versioned.values())),
    )
    aws.s3.BucketPolicy(
        "copy-tls",
        bucket=buckets["there"].id,
        policy=buckets["there"].arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:*",
                            "Resource": [arn, f"{arn}/*"],
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ],
                }
            )
        ),
        opts=west,
    )
