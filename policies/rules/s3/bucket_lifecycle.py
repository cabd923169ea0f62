"""S3 objects end by a lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_LIFECYCLE
from deployment.unknown import UNKNOWN
from policies.checks import mappings
from policies.context import Context
from policies.examples import each
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A lifecycle rule is in force, and one ends uploads that never did."""
    if resource.type in BUCKET_LIFECYCLE:
        if not any(rule.get("abortIncompleteMultipartUpload") for rule in _enabled(resource)):
            yield Problem(
                "no lifecycle rule aborts incomplete uploads; set abortIncompleteMultipartUpload.daysAfterInitiation",
                "rules",
            )
        return
    if resource.gives("lifecycleRules"):
        return  # older programs declare them in the bucket itself
    if not any(_enabled(setting) for setting in context.pointing_at(resource, "bucket", *BUCKET_LIFECYCLE)):
        yield Problem("no lifecycle rule is enabled; add aws.s3.BucketLifecycleConfiguration that expires objects")


def _enabled(setting: Resource) -> list[Mapping[str, Any]]:
    return [rule for rule in mappings(setting.get("rules")) if rule.get("status") in ("Enabled", UNKNOWN)]


_RULES = [
    {
        "id": "all",
        "status": "Enabled",
        "expiration": {"days": 90},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
    }
]
_BUCKET = {"logs": (BUCKET[0], {}), "lifecycle": (BUCKET_LIFECYCLE[0], {"bucket": "id:logs", "rules": _RULES})}

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
    types=(*BUCKET, *BUCKET_LIFECYCLE),
    reads_graph=True,
    check=check,
    passing=_BUCKET,
    failing={"logs": (BUCKET[0], {})},
    also_passing=each({"logs": (BUCKET[0], {})}, {"logs.lifecycleRules": [{"enabled": True}]}),
    also_failing=each(
        _BUCKET,
        {"lifecycle.rules[0].status": "Disabled"},
        {"lifecycle.rules[0].abortIncompleteMultipartUpload": None},
        {"logs": None, "lifecycle.rules[0].abortIncompleteMultipartUpload": None},
    ),
)
