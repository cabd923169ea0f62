"""S3 buckets declare their encryption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_ENCRYPTION
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Default encryption is declared, with an algorithm that S3 knows."""
    settings = context.pointing_at(resource, "bucket", *BUCKET_ENCRYPTION)
    if not settings:
        yield Problem("no default encryption is declared; add aws.s3.BucketServerSideEncryptionConfiguration")
    for setting in settings:
        algorithms = setting.all("rules[*].applyServerSideEncryptionByDefault.sseAlgorithm")
        if not any(algorithm in ("aws:kms", "aws:kms:dsse", "AES256", UNKNOWN) for algorithm in algorithms):
            yield Problem("rules has no sseAlgorithm; set it to aws:kms or AES256", "rules", setting)


RULE = Rule(
    id="data-bucket-encrypted",
    title="S3 buckets declare their encryption",
    severity=Severity.MEDIUM,
    why="What is declared is checked and kept; a default may be changed behind one's back.",
    fix="Add aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
    frameworks=("checkov:CKV_AWS_19", "pulumi:enableServerSideEncryption"),
    types=BUCKET,
    reads_graph=True,
    check=check,
    passing={
        "logs": (BUCKET[0], {}),
        "encryption": (
            BUCKET_ENCRYPTION[0],
            {"bucket": "id:logs", "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
        ),
    },
    failing={"logs": (BUCKET[0], {})},
)
