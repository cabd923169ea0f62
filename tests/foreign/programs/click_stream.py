"""Clicks: a data stream, Firehose with a function that changes records, files in S3 by day."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, trust

TWINS = {
    "a stream in plain text": {"clicks.encryptionType": "NONE", "clicks.kmsKeyId": None},
    "wildcard administrator": {"delivery-policy.policy": ADMINISTRATOR},
    "an access key in the environment": {"enrich.environment.variables.KEY": "AKIAIOSFODNN7EXAMPLE"},
    "a bucket that anybody reads": {
        "clicks-tls.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
            }
        )
    },
}


def program():
    stream = aws.kinesis.Stream(
        "clicks",
        stream_mode_details={"stream_mode": "ON_DEMAND"},
        encryption_type="KMS",
        kms_key_id="alias/aws/kinesis",
    )
    bucket = aws.s3.BucketV2("clicks", force_destroy=False)
    aws.s3.BucketOwnershipControls("clicks", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"})
    aws.s3.BucketPolicy(
        "clicks-tls",
        bucket=bucket.id,
        policy=bucket.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Principal": {"AWS": "*"},
                            "Action": "s3:*",
                            "Resource": [arn, f"{arn}/*"],
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ],
                }
            )
        ),
    )
    basic = aws.iam.Role("enrich", assume_role_policy=trust("lambda"))
    aws.iam.RolePolicyAttachment(
        "enrich", role=basic.name, policy_arn=aws.iam.ManagedPolicy.AWS_LAMBDA_BASIC_EXECUTION_ROLE
    )
    enrich = aws.lambda_.Function(
        "enrich",
        role=basic.arn,
        runtime=aws.lambda_.Runtime.PYTHON3D12,
        handler="enrich.handler",
        timeout=60,
        environment={"variables": {"COUNTRY_HEADER": "CloudFront-Viewer-Country"}},
        code=pulumi.FileArchive("."),
    )
    role = aws.iam.Role(
        "delivery",
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "firehose.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"sts:ExternalId": "123456789012"}},
                    }
                ],
            }
        ),
    )
    policy = aws.iam.RolePolicy(
        "delivery-policy",
        role=role.name,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "s3:AbortMultipartUpload",
                            "s3:GetBucketLocation",
                            "s3:GetObject",
                            "s3:ListBucket",
                            "s3:ListBucketMultipartUploads",
                            "s3:PutObject",
                        ],
                        "Resource": [bucket.arn, pulumi.Output.concat(bucket.arn, "/*")],
                    },
                    {
                        "Effect": "Allow",
                        "Action": [
                            "kinesis:DescribeStream",
                            "kinesis:GetShardIterator",
                            "kinesis:GetRecords",
                            "kinesis:ListShards",
                        ],
                        "Resource": stream.arn,
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"],
                        "Resource": pulumi.Output.concat(enrich.arn, ":*"),
                    },
                ],
            }
        ),
    )
    aws.kinesis.FirehoseDeliveryStream(
        "clicks",
        destination="extended_s3",
        kinesis_source_configuration={"kinesis_stream_arn": stream.arn, "role_arn": role.arn},
        extended_s3_configuration={
            "role_arn": role.arn,
            "bucket_arn": bucket.arn,
            "prefix": "clicks/!{timestamp:yyyy/MM/dd}/",
            "error_output_prefix": "errors/!{firehose:error-output-type}/",
            "buffering_size": 64,
            "buffering_interval": 300,
            "compression_format": "GZIP",
            "processing_configuration": {
                "enabled": True,
                "processors": [
                    {
                        "type": "Lambda",
                        "parameters": [
                            {
                                "parameter_name": "LambdaArn",
                                "parameter_value": pulumi.Output.concat(enrich.arn, ":$LATEST"),
                            }
                        ],
                    }
                ],
            },
        },
        opts=pulumi.ResourceOptions(depends_on=[policy]),
    )
