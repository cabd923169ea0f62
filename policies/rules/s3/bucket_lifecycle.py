"""S3 objects end by a lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_LIFECYCLE, FLOW_LOG, LOAD_BALANCER
from deployment.unknown import UNKNOWN
from policies.checks import mappings, number
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

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
        return
    if logs_go_to(resource, context):
        yield from ending_problems(enabled, settings[0])
    if not any(rule.get("abortIncompleteMultipartUpload") for rule in enabled):
        yield Problem(
            "no lifecycle rule aborts incomplete uploads; set abortIncompleteMultipartUpload.daysAfterInitiation",
            "rules",
            settings[0],
        )


def ending_problems(rules: list[Any], setting: Resource) -> Iterator[Problem]:
    """Logs that never end, or too soon; what other buckets hold may be meant to stay."""
    whole = [
        rule
        for rule in rules
        if not any(part.get("prefix") or part.get("tag") for part in mappings(rule.get("filter")))
    ]
    ends = [number(end.get("days")) for rule in whole for end in mappings(rule.get("expiration")) if end.get("days")]
    if not ends and not any(rule.get("expiration") is UNKNOWN for rule in rules):
        yield Problem("no lifecycle rule for the whole bucket ends its logs; set expiration.days", "rules", setting)
    if any(days is not None and days < LEAST_LOG_DAYS for days in ends):
        yield Problem(f"expiration.days is too low for a log; keep it {LEAST_LOG_DAYS} days at least", "rules", setting)
    later = [part for rule in whole for part in mappings(rule.get("noncurrentVersionExpiration"))]
    if not later or any((number(part.get("noncurrentDays")) or 0) > MOST_UPLOAD_DAYS for part in later):
        yield Problem(
            f"logs that were overwritten never end; set noncurrentVersionExpiration to {MOST_UPLOAD_DAYS} days or less",
            "rules",
            setting,
        )
    for upload in (part for rule in rules for part in mappings(rule.get("abortIncompleteMultipartUpload"))):
        if (number(upload.get("daysAfterInitiation")) or 0) > MOST_UPLOAD_DAYS:
            yield Problem(f"uploads that never ended stay for over {MOST_UPLOAD_DAYS} days; lower it", "rules", setting)


def logs_go_to(bucket: Resource, context: Context) -> bool:
    """True when a load balancer or a flow log writes to `bucket`."""
    arn = bucket.outputs.get("arn")
    flows = [log.get("logDestination") for log in context.graph.of_type(*FLOW_LOG)]
    return bool(context.pointing_at(bucket, "accessLogs.bucket", *LOAD_BALANCER)) or any(
        isinstance(one, str) and isinstance(arn, str) and one.startswith(arn) for one in flows
    )


LEAST_LOG_DAYS = 30
MOST_UPLOAD_DAYS = 30

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
