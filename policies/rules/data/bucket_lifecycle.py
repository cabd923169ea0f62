"""S3 objects end by a lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import mappings
from policies.model import UNKNOWN, Resource, Severity
from policies.rule import Context, Problem, Rule
from policies.rules._tokens import BUCKET, BUCKET_LIFECYCLE

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Objects end, and so do uploads that never did."""
    settings = context.pointing_at(resource, "bucket", *BUCKET_LIFECYCLE)
    enabled = [
        rule
        for setting in settings
        for rule in mappings(setting.get("rules"))
        if rule.get("status") in ("Enabled", UNKNOWN)
    ]
    if not enabled:
        yield Problem("no lifecycle rule is enabled; add aws.s3.BucketLifecycleConfiguration that expires objects")
    elif not any(rule.get("abortIncompleteMultipartUpload") for rule in enabled):
        yield Problem(
            "no lifecycle rule aborts incomplete uploads; set abortIncompleteMultipartUpload.daysAfterInitiation",
            "rules",
            settings[0],
        )


RULE = Rule(
    id="data-bucket-lifecycle",
    title="S3 objects end by a lifecycle",
    severity=Severity.MEDIUM,
    why=(
        "Logs that are kept for ever are a growing bill and a growing leak; so are parts of uploads that never ended."
    ),
    fix="Add aws.s3.BucketLifecycleConfiguration with expiration and abortIncompleteMultipartUpload.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
    frameworks=("checkov:CKV2_AWS_61", "checkov:CKV_AWS_300", "fsbp:S3.10", "fsbp:S3.13"),
    types=BUCKET,
    reads_graph=True,
    check=check,
    passing={
        "logs": (BUCKET[0], {}),
        "lifecycle": (
            BUCKET_LIFECYCLE[0],
            {
                "bucket": "id:logs",
                "rules": [
                    {
                        "id": "all",
                        "status": "Enabled",
                        "expiration": {"days": 90},
                        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
                    }
                ],
            },
        ),
    },
    failing={"logs": (BUCKET[0], {})},
)
