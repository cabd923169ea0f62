"""No ACL opens an S3 bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_ACL
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC = ("public-read", "public-read-write", "website", "authenticated-read")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No ACL opens a bucket."""
    acl = resource.get("acl")
    if acl is UNKNOWN:
        yield undecided("acl")
    elif acl in PUBLIC:
        yield Problem(f"acl is {acl}; drop it, and give access by policy", "acl")


RULE = Rule(
    id="data-bucket-acl-private",
    title="No ACL opens an S3 bucket",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A public ACL publishes every object, or lets anybody write.",
    fix="Drop acl; AWS recommends policies, with ownership BucketOwnerEnforced.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-12",
    frameworks=("checkov:CKV_AWS_20", "checkov:CKV_AWS_57", "fsbp:S3.12"),
    types=(*BUCKET, *BUCKET_ACL),
    check=check,
    passing={"logs": (BUCKET[0], {})},
    failing={"logs": (BUCKET[0], {"acl": "public-read"})},
)
