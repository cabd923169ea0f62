"""No ACL opens an S3 bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.unknown import UNKNOWN
from policies.finding import Severity
from policies.rule import Context, Problem, Rule, undecided
from policies.rules._tokens import BUCKET, BUCKET_ACL

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
    why="A public ACL publishes every object, or lets anybody write.",
    fix="Drop acl; AWS recommends policies, with ownership BucketOwnerEnforced.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-12",
    frameworks=("checkov:CKV_AWS_20", "checkov:CKV_AWS_57", "fsbp:S3.12"),
    types=(*BUCKET, *BUCKET_ACL),
    check=check,
    passing={"logs": (BUCKET[0], {})},
    failing={"logs": (BUCKET[0], {"acl": "public-read"})},
)
