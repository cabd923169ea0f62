"""A data lake: raw and refined buckets, a delivery stream, a catalogue, queries."""

import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow, trust

TWINS = {
    "raw data that policies may open": {"raw-block.blockPublicPolicy": False},
    "raw data that anybody may read": {
        "raw-policy.policy": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",'
        ' "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-raw/*"}]}'
    },
    "wildcard administrator": {"delivery-policy.policy": ADMINISTRATOR},
}


def program():
    buckets = {}
    for name in ("raw", "refined"):
        buckets[name] = aws.s3.Bucket(name, bucket=f"acme-{name}")
        aws.s3.BucketPublicAccessBlock(
            f"{name}-block",
            bucket=buckets[name].id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=buckets[name].id,
            rules=[
                {"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"}, "bucket_key_enabled": True}
            ],
        )
    aws.s3.BucketPolicy(
        "raw-policy",
        bucket=buckets["raw"].id,
        policy='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS":'
        ' "arn:aws:iam::210987654321:role/producer"}, "Action": "s3:PutObject",'
        ' "Resource": "arn:aws:s3:::acme-raw/partner/*"}]}',
    )
    role = aws.iam.Role("delivery", assume_role_policy=trust("firehose"))
    aws.iam.RolePolicy(
        "delivery-policy",
        role=role.id,
        policy=allow(
            ["s3:PutObject", "s3:GetBucketLocation", "s3:ListBucket"],
            ["arn:aws:s3:::acme-raw", "arn:aws:s3:::acme-raw/*"],
        ),
    )
    aws.kinesis.FirehoseDeliveryStream(
        "events",
        destination="extended_s3",
        extended_s3_configuration={
            "role_arn": role.arn,
            "bucket_arn": buckets["raw"].arn,
            "buffering_size": 64,
            "compression_format": "GZIP",
        },
        server_side_encryption={"enabled": True},
    )
    database = aws.glue.CatalogDatabase("lake", name="lake")
    crawler = aws.iam.Role("crawler", assume_role_policy=trust("glue"))
    aws.iam.RolePolicyAttachment(
        "crawler", role=crawler.name, policy_arn="arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole"
    )
    aws.glue.Crawler(
        "raw",
        database_name=database.name,
        role=crawler.arn,
        s3_targets=[{"path": "s3://acme-raw/"}],
        schedule="cron(0 2 * * ? *)",
    )
    aws.athena.Workgroup(
        "analysts",
        configuration={
            "enforce_workgroup_configuration": True,
            "result_configuration": {
                "output_location": "s3://acme-refined/results/",
                "encryption_configuration": {"encryption_option": "SSE_S3"},
            },
        },
    )
