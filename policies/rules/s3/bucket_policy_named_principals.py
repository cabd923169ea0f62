"""S3 bucket policies admit named principals only."""

from __future__ import annotations

from deployment.tokens import BUCKET, BUCKET_POLICY
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import allow, not_public

RULE = Rule(
    id="data-bucket-policy-named-principals",
    title="S3 bucket policies admit named principals only",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A policy that allows anybody publishes the bucket, whatever its ACL says.",
    fix="Name the principals (logdelivery.elasticloadbalancing.amazonaws.com) and bind them to the account.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-6",
    frameworks=("checkov:CKV_AWS_70", "checkov:CKV_AWS_93", "fsbp:S3.6"),
    types=(*BUCKET_POLICY, *BUCKET),
    check=not_public("policy"),
    passing={
        "policy": (
            BUCKET_POLICY[0],
            {"policy": allow("s3:PutObject", Service="logdelivery.elasticloadbalancing.amazonaws.com")},
        )
    },
    failing={"policy": (BUCKET_POLICY[0], {"policy": allow("s3:GetObject", AWS="*")})},
)
