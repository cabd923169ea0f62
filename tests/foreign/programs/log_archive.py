"""The log archive of an organization: trails of all accounts in one bucket that nobody empties."""

import json

import pulumi_aws as aws

BUCKET = "arn:aws:s3:::acme-archive"


def policy(principal, condition):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Check",
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": "s3:GetBucketAcl",
                    "Resource": BUCKET,
                    **({"Condition": condition} if condition else {}),
                },
                {
                    "Sid": "Write",
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": "s3:PutObject",
                    "Resource": f"{BUCKET}/AWSLogs/*",
                    **({"Condition": condition} if condition else {}),
                },
                {
                    "Sid": "TLS",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [BUCKET, f"{BUCKET}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ],
        }
    )


TRAIL = {"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/acme"}}

TWINS = {
    "an archive that anybody writes to": {"archive.policy": policy("*", None)},
    "an archive that policies may open": {"archive.restrictPublicBuckets": False, "archive.blockPublicPolicy": False},
}


def program():
    bucket = aws.s3.Bucket("archive", bucket="acme-archive")
    aws.s3.BucketVersioning("archive", bucket=bucket.id, versioning_configuration={"status": "Enabled"})
    aws.s3.BucketPublicAccessBlock(
        "archive",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        "archive",
        bucket=bucket.id,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
    )
    aws.s3.BucketLifecycleConfiguration(
        "archive",
        bucket=bucket.id,
        rules=[
            {
                "id": "cold",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "transitions": [{"days": 90, "storage_class": "GLACIER"}],
                "expiration": {"days": 2555},
            }
        ],
    )
    aws.s3.BucketPolicy("archive", bucket=bucket.id, policy=policy({"Service": "cloudtrail.amazonaws.com"}, TRAIL))
