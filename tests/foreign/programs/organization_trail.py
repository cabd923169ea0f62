"""An organization's trail: every Region, its own key, events in a log group, an alarm on the root user."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import allow, trust

ACCOUNT = "arn:aws:iam::123456789012:root"
TRAIL = "arn:aws:cloudtrail:us-east-1:123456789012:trail/organization"

TWINS = {
    "a bucket that anybody writes to": {
        "trail-bucket.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}],
            }
        )
    },
    "a key that is anybody's": {
        "trail-key.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}],
            }
        )
    },
    "public access not blocked": {"trail-block.ignorePublicAcls": False},
}


def program():
    key = aws.kms.Key(
        "trail-key",
        enable_key_rotation=True,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"},
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudtrail.amazonaws.com"},
                        "Action": "kms:GenerateDataKey*",
                        "Resource": "*",
                        "Condition": {
                            "StringEquals": {"aws:SourceArn": TRAIL},
                            "StringLike": {
                                "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:123456789012:trail/*"
                            },
                        },
                    },
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudtrail.amazonaws.com"},
                        "Action": "kms:DescribeKey",
                        "Resource": "*",
                    },
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "*"},
                        "Action": ["kms:Decrypt", "kms:ReEncryptFrom"],
                        "Resource": "*",
                        "Condition": {
                            "StringEquals": {"kms:CallerAccount": "123456789012"},
                            "StringLike": {
                                "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:123456789012:trail/*"
                            },
                        },
                    },
                ],
            }
        ),
    )
    bucket = aws.s3.Bucket("trail", object_lock_enabled=True)
    aws.s3.BucketPublicAccessBlock(
        "trail-block",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )

    def policy(arn):
        service = {"Service": "cloudtrail.amazonaws.com"}
        source = {"aws:SourceArn": TRAIL}
        owner = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **source}}
        return json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": service,
                        "Action": "s3:GetBucketAcl",
                        "Resource": arn,
                        "Condition": {"StringEquals": source},
                    },
                    {
                        "Effect": "Allow",
                        "Principal": service,
                        "Action": "s3:PutObject",
                        "Resource": [f"{arn}/AWSLogs/123456789012/*", f"{arn}/AWSLogs/o-abcdefghij/*"],
                        "Condition": owner,
                    },
                ],
            }
        )

    written = aws.s3.BucketPolicy("trail-bucket", bucket=bucket.id, policy=bucket.arn.apply(policy))
    logs = aws.cloudwatch.LogGroup("trail", retention_in_days=365)
    role = aws.iam.Role("trail", assume_role_policy=trust("cloudtrail"))
    aws.iam.RolePolicy(
        "trail",
        role=role.id,
        policy=logs.arn.apply(lambda arn: allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:log-stream:*")),
    )
    aws.cloudtrail.Trail(
        "organization",
        name="organization",
        s3_bucket_name=bucket.id,
        is_organization_trail=True,
        is_multi_region_trail=True,
        include_global_service_events=True,
        enable_log_file_validation=True,
        kms_key_id=key.arn,
        cloud_watch_logs_group_arn=logs.arn.apply(lambda arn: f"{arn}:*"),
        cloud_watch_logs_role_arn=role.arn,
        opts=pulumi.ResourceOptions(depends_on=[written]),
    )
    metric = aws.cloudwatch.LogMetricFilter(
        "root-user",
        log_group_name=logs.name,
        pattern='{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS }',
        metric_transformation={"name": "RootUse", "namespace": "Cis", "value": "1"},
    )
    topic = aws.sns.Topic("security", kms_master_key_id="alias/security")
    aws.cloudwatch.MetricAlarm(
        "root-user",
        namespace="Cis",
        metric_name=metric.metric_transformation.name,
        statistic="Sum",
        period=300,
        evaluation_periods=1,
        threshold=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        alarm_actions=[topic.arn],
    )
