"""S3 buckets refuse requests without TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import TLS_ONLY, denies_plain_text, statements

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The bucket's policy denies what comes without TLS."""
    policies = context.pointing_at(resource, "bucket", *BUCKET_POLICY)
    known = resource.outputs.get("arn")
    arn, objects = (known, f"{known}/key") if isinstance(known, str) else (None, None)
    if not policies:
        yield Problem("no bucket policy; add aws.s3.BucketPolicy that denies aws:SecureTransport false")
    for policy in policies:
        found = statements(policy.get("policy"))
        if found is not None and not (
            denies_plain_text(found, "s3:ListBucket", arn) and denies_plain_text(found, "s3:GetObject", objects)
        ):
            yield Problem(
                "the policy lets requests without TLS in; deny s3:* on bucket and objects where aws:SecureTransport is "
                "false",
                "policy",
                policy,
            )


RULE = Rule(
    id="data-bucket-tls-only",
    title="S3 buckets refuse requests without TLS",
    severity=Severity.MEDIUM,
    why="Over plain HTTP the log, and the signature of the request, can be read.",
    fix="Add a Deny statement with Bool aws:SecureTransport false to the bucket's policy.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-5",
    frameworks=("fsbp:S3.5",),
    types=BUCKET,
    reads_graph=True,
    check=check,
    passing={
        "logs": (BUCKET[0], {}),
        "policy": (BUCKET_POLICY[0], {"bucket": "id:logs", "policy": TLS_ONLY}),
    },
    failing={
        "logs": (BUCKET[0], {}),
        "policy": (BUCKET_POLICY[0], {"bucket": "id:logs", "policy": '{"Statement": []}'}),
    },
    also_failing=({"logs": (BUCKET[0], {})},),
)
