"""Data rules about s3."""

from __future__ import annotations

from typing import Final

from deployment.tokens import (
    ACCESS_POINT,
    ACCOUNT_PUBLIC_ACCESS_BLOCK,
    BUCKET,
    BUCKET_ENCRYPTION,
    BUCKET_LOGGING,
    BUCKET_OWNERSHIP,
    BUCKET_POLICY,
    BUCKET_PUBLIC_ACCESS_BLOCK,
    BUCKET_VERSIONING,
)
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import names_principals
from policies.table import Beside, companion, must_be, must_not_be, row

ALGORITHM: Final = "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm"
ENCRYPTION: Final = Beside(
    BUCKET_ENCRYPTION,
    "bucket",
    "aws.s3.BucketServerSideEncryptionConfiguration",
    inline=("serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations"),
)

INLINE_ALGORITHM: Final = "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault.sseAlgorithm"
"""As older programs declare it, in the bucket itself."""

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-bucket-access-logged",
        BUCKET,
        companion(Beside(BUCKET_LOGGING, "bucket", "aws.s3.BucketLogging", inline=("logging", "loggings"))),
        title="Access to S3 buckets is logged",
        severity=Severity.LOW,
        why="Who read the audit log is part of the audit trail. A log bucket that logs itself never ends.",
        fix="Add aws.s3.BucketLogging with a target bucket, or waive a bucket that is itself a log.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-9",
        frameworks=("checkov:CKV_AWS_18", "fsbp:S3.9", "awsguard:s3-bucket-logging-enabled"),
    ),
    row(
        "data-bucket-blocks-public-access",
        (*BUCKET_PUBLIC_ACCESS_BLOCK, *ACCOUNT_PUBLIC_ACCESS_BLOCK),
        must_be("blockPublicAcls", True),
        must_be("blockPublicPolicy", True),
        must_be("ignorePublicAcls", True),
        must_be("restrictPublicBuckets", True),
        title="Public access blocks of S3 block all of it",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A block that leaves a way open takes away what S3 does by itself; one wrong policy publishes the bucket.",
        fix="Set blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-8",
        frameworks=(
            "checkov:CKV_AWS_53",
            "checkov:CKV_AWS_54",
            "checkov:CKV2_AWS_6",
            "checkov:CKV_AWS_55",
            "checkov:CKV_AWS_56",
            "fsbp:S3.1",
            "fsbp:S3.2",
            "fsbp:S3.3",
            "fsbp:S3.8",
            "pulumi:disallowPublicRead",
        ),
        mends=True,
    ),
    row(
        "data-access-point-blocks-public-access",
        ACCESS_POINT,
        *(
            must_be(f"publicAccessBlockConfiguration.{flag}", True, None)
            for flag in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        ),
        title="Access points of S3 block all public access",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A block that leaves a way open takes away what S3 does by itself. It can't be changed later.",
        fix="Leave publicAccessBlockConfiguration out, or set its four flags to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-19",
        frameworks=("checkov:CKV_AWS_392", "fsbp:S3.19"),
    ),
    row(
        "data-bucket-public-access-declared",
        BUCKET,
        companion(Beside(BUCKET_PUBLIC_ACCESS_BLOCK, "bucket", "aws.s3.BucketPublicAccessBlock")),
        title="S3 buckets declare that they are not public",
        severity=Severity.MEDIUM,
        why="New buckets block public access by themselves; what is declared is restored when somebody changes it.",
        fix="Add aws.s3.BucketPublicAccessBlock with all four flags.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
        frameworks=("checkov:CKV2_AWS_6",),
    ),
    row(
        "data-bucket-customer-key",
        BUCKET,
        companion(ENCRYPTION, must_be(ALGORITHM, "aws:kms", "aws:kms:dsse")),
        must_not_be(INLINE_ALGORITHM, "AES256", use="use aws:kms"),
        title="S3 buckets are encrypted with KMS",
        severity=Severity.LOW,
        why="With a key of one's own access can be withdrawn and is logged. Load balancers write to SSE-S3 only.",
        fix="Set sseAlgorithm to aws:kms; waive a load balancer's log bucket.",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
        frameworks=("checkov:CKV_AWS_145", "fsbp:S3.17", "pulumi:configureCustomerManagedKey"),
    ),
    row(
        "data-bucket-encrypted",
        BUCKET,
        companion(ENCRYPTION, must_be(ALGORITHM, "AES256", "aws:kms", "aws:kms:dsse")),
        title="S3 buckets declare their encryption",
        severity=Severity.MEDIUM,
        why="What is declared is checked and kept; a default may be changed behind one's back.",
        fix="Add aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
        frameworks=("checkov:CKV_AWS_19", "pulumi:enableServerSideEncryption"),
    ),
    row(
        "data-bucket-owner-enforced",
        BUCKET,
        companion(
            Beside(BUCKET_OWNERSHIP, "bucket", "aws.s3.BucketOwnershipControls"),
            must_be("rule.objectOwnership", "BucketOwnerEnforced"),
        ),
        title="S3 buckets own their objects",
        severity=Severity.MEDIUM,
        why="With ACLs in force whoever writes an object decides who may read it.",
        fix="Add aws.s3.BucketOwnershipControls with rule.objectOwnership BucketOwnerEnforced.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
        frameworks=("checkov:CKV2_AWS_65",),
    ),
    row(
        "data-bucket-policy-named-principals",
        (*BUCKET_POLICY, *BUCKET),
        names_principals("policy", "s3:GetObject"),
        title="S3 bucket policies admit named principals only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A policy that allows anybody publishes the bucket, whatever its ACL says.",
        fix="Name the principals (cloudfront.amazonaws.com for a site), and bind them to the account or the resource.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-6",
        frameworks=("checkov:CKV_AWS_70", "fsbp:S3.6"),
    ),
    row(
        "data-bucket-versioned",
        BUCKET,
        companion(
            Beside(BUCKET_VERSIONING, "bucket", "aws.s3.BucketVersioning", inline=("versioning", "versionings")),
            must_be("versioningConfiguration.status", "Enabled"),
        ),
        must_not_be("versioning.enabled", False, use="set it to true"),
        title="S3 buckets keep versions",
        severity=Severity.MEDIUM,
        why="An audit log that can be overwritten proves nothing.",
        fix="Add aws.s3.BucketVersioning with versioningConfiguration.status Enabled.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
        frameworks=("checkov:CKV_AWS_21", "fsbp:S3.14"),
    ),
)
