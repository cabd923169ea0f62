"""Access to S3 buckets is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_LOGGING
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Reads of the bucket are logged."""
    if not context.pointing_at(resource, "bucket", *BUCKET_LOGGING) and is_absent(resource.get("loggings")):
        yield Problem(
            "access to the bucket is not logged; add aws.s3.BucketLogging, or waive a bucket that is itself a log"
        )


RULE = Rule(
    id="data-bucket-access-logged",
    title="Access to S3 buckets is logged",
    severity=Severity.LOW,
    why="Who read the audit log is part of the audit trail. A log bucket that logs itself never ends.",
    fix="Add aws.s3.BucketLogging with a target bucket.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-9",
    frameworks=("checkov:CKV_AWS_18", "fsbp:S3.9", "awsguard:s3-bucket-logging-enabled"),
    types=BUCKET,
    reads_graph=True,
    check=check,
    passing={"logs": (BUCKET[0], {}), "logging": (BUCKET_LOGGING[0], {"bucket": "id:logs", "targetBucket": "audit"})},
    failing={"logs": (BUCKET[0], {})},
)
