"""S3 buckets own their objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_OWNERSHIP
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """ACLs are switched off by ownership."""
    settings = context.pointing_at(resource, "bucket", *BUCKET_OWNERSHIP)
    if not settings:
        yield Problem("ownership is not declared; add aws.s3.BucketOwnershipControls with BucketOwnerEnforced")
    for setting in settings:
        for problem in must_be("rule.objectOwnership", "BucketOwnerEnforced").check(setting, context):
            yield problem._replace(resource=setting)


RULE = Rule(
    id="data-bucket-owner-enforced",
    title="S3 buckets own their objects",
    severity=Severity.MEDIUM,
    why="With ACLs in force whoever writes an object decides who may read it.",
    fix="Add aws.s3.BucketOwnershipControls with rule.objectOwnership BucketOwnerEnforced.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
    frameworks=("checkov:CKV2_AWS_65",),
    types=BUCKET,
    reads_graph=True,
    check=check,
    passing={
        "logs": (BUCKET[0], {}),
        "owner": (BUCKET_OWNERSHIP[0], {"bucket": "id:logs", "rule": {"objectOwnership": "BucketOwnerEnforced"}}),
    },
    failing={"logs": (BUCKET[0], {})},
)
