"""S3 buckets keep versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_VERSIONING
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Versioning is on."""
    settings = context.pointing_at(resource, "bucket", *BUCKET_VERSIONING)
    if not settings:
        yield Problem("versioning is not declared; add aws.s3.BucketVersioning with status Enabled")
    for setting in settings:
        for problem in must_be("versioningConfiguration.status", "Enabled").check(setting, context):
            yield problem._replace(resource=setting)


RULE = Rule(
    id="data-bucket-versioned",
    title="S3 buckets keep versions",
    severity=Severity.MEDIUM,
    why="An audit log that can be overwritten proves nothing.",
    fix="Add aws.s3.BucketVersioning with versioningConfiguration.status Enabled.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    frameworks=("checkov:CKV_AWS_21", "fsbp:S3.14"),
    types=BUCKET,
    reads_graph=True,
    check=check,
    passing={
        "logs": (BUCKET[0], {}),
        "versions": (BUCKET_VERSIONING[0], {"bucket": "id:logs", "versioningConfiguration": {"status": "Enabled"}}),
    },
    failing={
        "logs": (BUCKET[0], {}),
        "versions": (BUCKET_VERSIONING[0], {"bucket": "id:logs", "versioningConfiguration": {"status": "Suspended"}}),
    },
)
