"""Bucket for access logs and flow logs."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import document

ACCESS_LOG_PREFIX = "load-balancer"
"""Folder of the load balancer's access logs."""
FLOW_LOG_PREFIX = "network"
"""Folder of the VPC's flow logs."""


@dataclass(frozen=True, kw_only=True)
class LogBucketArgs:
    """How long logs are kept, and from whom they come."""

    bucket_name: str
    """Name of the bucket, one of its kind in the world."""
    account_id: str
    """Account whose logs are accepted."""
    region: str
    """Region whose logs are accepted."""
    retention_days: int
    """Days after which a log is deleted."""
    protect: bool = True
    """Refuse to delete the bucket. Default: True, since the audit trail is in it."""


class LogBucket(pulumi.ComponentResource):
    """Private, versioned bucket that takes logs of this account over TLS, and forgets them after a while.

    Encrypted with S3's own keys: load balancers can't write to a bucket encrypted with a customer key (Elastic
    Load Balancing guide, "Enable access logs"). Creates: bucket and its versioning, encryption, public access
    block, ownership, lifecycle and policy.
    """

    bucket_name: pulumi.Output[str]
    """Name of the bucket; known only once its policy is in place, so no log is refused."""
    arn: pulumi.Output[str]
    """ARN of the bucket, likewise."""

    def __init__(self, name: str, args: LogBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:LogBucket", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        own = f"{args.region}:{args.account_id}"
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket_name,
            # Load balancer and network write without end: whoever may delete the bucket may delete its logs.
            force_destroy=not args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.s3.BucketVersioning(
            f"{name}-versioning", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, opts=child
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=child,
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
        )
        access = aws.s3.BucketPublicAccessBlock(
            f"{name}-access",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                {
                    "id": "forget",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": args.retention_days},
                    "noncurrent_version_expiration": {"noncurrent_days": 7},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
                }
            ],
            opts=child,
        )
        policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=document(
                {
                    "Sid": "OnlyOverTls",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [bucket.arn, pulumi.Output.concat(bucket.arn, "/*")],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                {
                    "Sid": "LoadBalancerAccessLogs",
                    "Effect": "Allow",
                    "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                    "Action": "s3:PutObject",
                    "Resource": pulumi.Output.concat(bucket.arn, f"/{ACCESS_LOG_PREFIX}/AWSLogs/{args.account_id}/*"),
                    "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:elasticloadbalancing:{own}:loadbalancer/*"}},
                },
                {
                    "Sid": "FlowLogs",
                    "Effect": "Allow",
                    "Principal": {"Service": "delivery.logs.amazonaws.com"},
                    "Action": "s3:PutObject",
                    "Resource": pulumi.Output.concat(bucket.arn, f"/{FLOW_LOG_PREFIX}/AWSLogs/{args.account_id}/*"),
                    "Condition": {"StringEquals": {"aws:SourceAccount": args.account_id}},
                },
                {
                    "Sid": "FlowLogsLookForTheBucket",
                    "Effect": "Allow",
                    "Principal": {"Service": "delivery.logs.amazonaws.com"},
                    "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
                    "Resource": bucket.arn,
                    "Condition": {"StringEquals": {"aws:SourceAccount": args.account_id}},
                },
            ),
            # S3 refuses two changes of a bucket's access at once.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[access]),
        )
        self.bucket_name = policy.bucket
        self.arn = pulumi.Output.concat("arn:aws:s3:::", policy.bucket)
        self.register_outputs({"bucketName": self.bucket_name, "arn": self.arn})
