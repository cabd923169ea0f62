"""S3 buckets block public access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_PUBLIC_ACCESS_BLOCK
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each bucket has a public access block with all four flags."""
    blocks = context.pointing_at(resource, "bucket", *BUCKET_PUBLIC_ACCESS_BLOCK)
    if not blocks:
        yield Problem("no public access block; add aws.s3.BucketPublicAccessBlock with all four flags")
    for block in blocks:
        for flag in FLAGS:
            for problem in must_be(flag, True).check(block, context):
                yield problem._replace(resource=block)


RULE = Rule(
    id="data-bucket-blocks-public-access",
    title="S3 buckets block public access",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="Access logs hold addresses, paths and users; one wrong policy would publish them.",
    fix=(
        "Add aws.s3.BucketPublicAccessBlock and set blockPublicAcls, blockPublicPolicy, ignorePublicAcls, "
        "restrictPublicBuckets to true."
    ),
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-8",
    frameworks=(
        "checkov:CKV2_AWS_6",
        "checkov:CKV_AWS_53",
        "checkov:CKV_AWS_54",
        "checkov:CKV_AWS_55",
        "checkov:CKV_AWS_56",
        "fsbp:S3.1",
        "fsbp:S3.2",
        "fsbp:S3.3",
        "fsbp:S3.8",
        "pulumi:disallowPublicRead",
    ),
    types=BUCKET,
    reads_graph=True,
    check=check,
    passing={
        "logs": (BUCKET[0], {}),
        "block": (BUCKET_PUBLIC_ACCESS_BLOCK[0], {"bucket": "id:logs", **dict.fromkeys(FLAGS, True)}),
    },
    failing={"logs": (BUCKET[0], {})},
)
