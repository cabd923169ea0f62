"""No ACL opens an S3 bucket or an object in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource, first_step
from deployment.tokens import BUCKET, BUCKET_ACL, BUCKET_OBJECT
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC: Final = ("public-read", "public-read-write", "authenticated-read")
"""Canned ACLs that let in more than an account."""
EVERYBODY: Final = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
GRANTEES: Final = ("grants[*].uri", "accessControlPolicy.grants[*].grantee.uri")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No canned ACL and no grant opens a bucket or an object."""
    if (acl := resource.get("acl")) in PUBLIC:
        yield Problem(f"acl is {acl}; drop it, and give access by policy", "acl")
    for path in GRANTEES:
        for uri in resource.all(path):
            if isinstance(uri, str) and uri.endswith(EVERYBODY):
                yield Problem(f"{path} is {uri}, which is everybody; drop the grant", path)


_BUCKET: Final[Example] = {"logs": (BUCKET[0], {})}

RULE = Rule(
    id="data-bucket-acl-private",
    title="No ACL opens an S3 bucket or an object in it",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A public ACL publishes every object, or lets anybody write.",
    fix="Drop acl; AWS recommends policies, with ownership BucketOwnerEnforced.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-12",
    frameworks=("checkov:CKV_AWS_20", "checkov:CKV_AWS_57", "fsbp:S3.12"),
    types=(*BUCKET, *BUCKET_ACL, *BUCKET_OBJECT),
    check=check,
    reads=("acl", *map(first_step, GRANTEES)),
    passing=_BUCKET,
    failing={"logs": (BUCKET[0], {"acl": "public-read"})},
    also_failing=each(_BUCKET, {"logs.grants[0].uri": "http://acs.amazonaws.com/groups/global/AllUsers"}),
)
