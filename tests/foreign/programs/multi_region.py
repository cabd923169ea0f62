"""Data in two Regions, by two providers."""

import pulumi
import pulumi_aws as aws

TWINS = {
    "a copy that policies may open": {"there-block.blockPublicPolicy": False},
    "a key that anybody uses": {
        "here-key.policy": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",'
        ' "Action": "kms:*", "Resource": "*"}]}'
    },
}


def program():
    for name, region in (("here", "us-east-1"), ("there", "eu-west-1")):
        opts = pulumi.ResourceOptions(provider=aws.Provider(name, region=region))
        aws.kms.Key(f"{name}-key", enable_key_rotation=True, opts=opts)
        bucket = aws.s3.Bucket(name, bucket=f"acme-data-{region}", opts=opts)
        aws.s3.BucketVersioning(name, bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=opts)
        aws.s3.BucketPublicAccessBlock(
            f"{name}-block",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=opts,
        )
